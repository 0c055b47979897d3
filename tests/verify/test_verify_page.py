"""`verify` for people: a table that fits, one language from one catalogue, and a page that an auditor can file."""

import json
import os
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from realip.messages import Language, Speaker
from realip.text_width import width
from tests.verify.conftest import Cli
from tests.verify.servers import Request, answer, as_json, layer_4, serving

CHINESE = re.compile("[\u4e00-\u9fff]")
EVIL = "</td><script>alert(1)</script><img src=http://evil.example/x>\u202e"


def named(request: Request) -> bytes:
    return as_json({"client_ip": request.peer, "hostname": "web-1"})


def believer(request: Request) -> bytes:
    """Takes the first element of X-Forwarded-For."""
    chain = request.all("X-Forwarded-For")
    return as_json({"client_ip": chain[0].split(",")[0].strip() if chain else request.peer, "hostname": "web-1"})


ALLOWED = frozenset(
    re.findall(
        "[a-z0-9]+",
        """html head meta title style body h1 h2 div b span p section dl dt dd ul li
    table thead tbody tr th td details summary""",
    )
)


class Page(HTMLParser):
    """What is in a page: its tags and attributes, and the text of its cells, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_cell:
            self.tables[-1][-1][-1] += data


# --- The table ---


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("app", [named, believer])
def test_the_table_fits_80_columns(app: Callable[[Request], bytes], language: str, cli: Cli) -> None:
    with serving(app) as server:
        out = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--lang", language).out
    lines = out.splitlines()
    rule = next(at for at, line in enumerate(lines) if line.startswith("──"))
    table = lines[rule - 1 : lines.index("", rule)]
    assert len(table) > 3
    assert max(map(width, table)) <= 80


def test_what_all_rows_share_stands_once(cli: Cli) -> None:
    with serving(named) as server:
        out = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1").out
    assert out.count("target IPv4") == out.count("verdict: preserved") == 1
    assert out.count("the app saw your own address") == 1
    counts = [int(line.split()[0]) for line in out.splitlines() if re.match(r" +\d+ +\d+ ms ", line)]
    assert sum(counts) == 20
    assert len(counts) == 4


def test_reasons_that_differ_only_in_the_forged_address_are_one(cli: Cli) -> None:
    with serving(believer) as server:
        ran = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1")
    assert ran.code == 1
    assert ran.out.count("a forged X-Forwarded-For was believed: the answer shows its forged address as client_ip") == 1
    assert "(forged)" in ran.out


# --- The language ---


@pytest.mark.parametrize("variable", ["LC_ALL", "LC_MESSAGES", "LANG"])
def test_a_chinese_locale_gets_chinese(variable: str, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "zh_CN.UTF-8")
    with serving(named) as server:
        given = ("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1")
        chinese, english, data = cli(*given), cli(*given, "--lang", "en"), cli(*given, "--json")
        wrong = cli(*given, "--probes", 0)
    assert chinese.code == english.code == data.code == 0
    assert chinese.out.rstrip().splitlines()[-1].startswith("已保留：")
    assert not CHINESE.search(english.out)
    assert not CHINESE.search(json.dumps(json.loads(data.out), ensure_ascii=False))
    assert wrong.code == 2
    assert not CHINESE.search(wrong.err)


def test_chinese_has_the_same_facts(cli: Cli) -> None:
    with serving(believer) as server:
        given = ("--url", server.url, "--reads", "x-forwarded-for", "--expect", "203.0.113.5", "--probes", 20)
        said = [cli(*given, "--lang", language).out for language in ("en", "zh")]
    facts = [
        set(re.findall(r"203\.0\.113\.5|X-Forwarded-For|client_ip|127\.0\.0\.1|web-1|--[a-z-]+", text)) for text in said
    ]
    assert facts[0] == facts[1]
    assert said[0].count("\n") == said[1].count("\n")


# --- The page ---


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_the_page_says_everything_that_an_auditor_asks(language: str, tag: str, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    say = Speaker(Language(language))
    with serving(named) as server:
        given = (
            "--url",
            server.url,
            "--reads",
            "socket",
            "--expect",
            "127.0.0.1",
            "--probes",
            12,
            "--request-header",
            "X-Key: hunter2",
        )
        before = datetime.now(UTC)
        ran = cli(*given, "--lang", language, "--html", file, "--json")
    text = file.read_text("utf-8")
    page = Page(text)
    assert ran.code == 0
    report = json.loads(ran.out)
    assert dict(page.tags)["html"]["lang"] == tag
    for fact in (
        server.url,
        "--expect 127.0.0.1",
        "--probes 12",
        "X-Key: [secret]",
        "realip ",
        f"{before:%Y-%m-%d %H:%M}",
        "web-1",
    ):
        assert fact in page.text
    assert "hunter2" not in text
    assert say("verdict_preserved") in page.text
    assert say("limit_udp") in page.text
    rows, extras = (table[1:] for table in page.tables)
    assert len(rows) == len(report["probes"]) >= 12
    assert len(extras) == len(report["extras"])
    for row, probe in zip(rows, report["probes"], strict=True):
        assert probe["endpoint"] in row[1]
        assert row[6] == probe["saw"]
        assert all(address in row[4] for address in probe["forged"])
    assert [header for header in report["forgedHeaders"] if header not in page.text] == []


def test_the_page_loads_nothing_and_runs_nothing_whatever_the_application_answers(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    with serving(lambda request: as_json({"client_ip": request.peer, "hostname": EVIL, "ip": EVIL})) as server:
        cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--html", file)
    page = Page(file.read_text("utf-8"))
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert not [attributes for _, attributes in page.tags if {"src", "href", "onload", "style"} & set(attributes)]
    assert "default-src 'none'" in str(page.tags)
    assert "evil.example" in page.text
    assert "\u202e" not in page.text


def test_an_unwritable_page_is_told_before_anything_is_asked(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with serving(layer_4) as server:
        for name in (
            tmp_path,
            tmp_path / "no" / "such.html",
            tmp_path / "file" / "x.html",
            pipe,
            "/dev/null",
            "",
            "a\0b",
            tmp_path / ("x" * 300),
        ):
            ran = cli("--url", server.url, "--reads", "socket", "--html", name)
            assert (ran.code, ran.out) == (2, "")
            assert ran.err.startswith("--html ")
        assert server.requests == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "pipe"]


def test_a_page_replaces_the_last_one_whole_and_keeps_its_permissions(cli: Cli, tmp_path: Path) -> None:
    kept, link = tmp_path / "kept.html", tmp_path / "link.html"
    kept.write_text("old" * 100_000)
    kept.chmod(0o640)
    link.symlink_to(kept)
    with serving(layer_4) as server:
        assert cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--html", link).code == 0
    assert link.is_symlink()
    assert kept.read_text("utf-8").endswith("</html>\n")
    assert "oldold" not in kept.read_text("utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert len(list(tmp_path.iterdir())) == 2


def test_a_page_that_cannot_be_written_in_the_end_leaves_the_old_one_and_the_table(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "folder" / "report.html"
    file.parent.mkdir()

    def removes(request: Request) -> bytes:
        if file.parent.is_dir():
            file.parent.rmdir()
        return answer(request.peer)

    with serving(removes) as server:
        ran = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--html", file)
    assert ran.code == 2
    assert "Preserved" in ran.out
    assert ran.err == f"realip: --html {str(file)!r}: cannot be written: No such file or directory\n"


@pytest.mark.parametrize(("language", "none"), [("en", "none"), ("zh", "无")])
def test_a_page_without_a_single_probe_says_so(language: str, none: str, cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    given = ("--url", "http://target.invalid/", "--reads", "socket", "--timeout", 0.3)
    assert cli(*given, "--lang", language, "--html", file).code == 3
    page = Page(file.read_text("utf-8"))
    assert page.tables == []
    assert page.text.count(none) >= 3
    assert "target.invalid" in page.text


def test_a_reason_in_chinese_has_no_blank_where_an_address_was(cli: Cli) -> None:
    with serving(believer) as server:
        out = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--lang", "zh").out
    assert "应答把其中的伪造地址显示为 client_ip" in out
