"""The command: what it refuses, how it reads a stack, and what it prints."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from realip.errors import InputError
from realip.verify import Verdict, VerifyOptions, verify, verify_async
from realip.verify.report import EXIT_CODES
from tests.verify.conftest import Cli, outputs
from tests.verify.servers import Request, answer, appends, as_json, layer_4, layer_7, proxy_to, serving

ROOT = Path(__file__).parents[2]
GOOD = ("--url", "http://127.0.0.1:9/", "--reads", "socket")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "say what to verify"),
        (("--url", "http://x/"), "say what to verify"),
        (("stack", "--url", "http://x/"), "either a STACK"),
        (("--url", "x/", "--reads", "socket"), "http:// or https://"),
        (("--url", "ftp://x/", "--reads", "socket"), "http:// or https://"),
        (("--url", "http:///", "--reads", "socket"), "no host name"),
        (("--url", "http://a b/", "--reads", "socket"), "no host name"),
        (("--url", "http://" + "x" * 70 + "/", "--reads", "socket"), "no host name"),
        (("--url", "http://[::1/", "--reads", "socket"), "IPv6"),
        (("--url", "http://[fe80::1%25eth0]/", "--reads", "socket"), "zone"),
        (("--url", "http://x:99999/", "--reads", "socket"), "Port"),
        (("--url", "http://x:0/", "--reads", "socket"), "port 0"),
        (("--url", "http://me:secret@x/", "--reads", "socket"), "password"),
        ((*GOOD, "--expect", "10.0.0"), "--expect '10.0.0'"),
        ((*GOOD, "--expect", "10.0.0.1:80"), "without port"),
        ((*GOOD, "--expect", "fe80::1%eth0"), "zone"),
        ((*GOOD, "--echo", "echo.example"), "--echo"),
        ((*GOOD, "--timeout", 0), "--timeout"),
        ((*GOOD, "--timeout", "nan"), "--timeout"),
        ((*GOOD, "--timeout", "inf"), "--timeout"),
        ((*GOOD, "--during-rollout", -1), "--during-rollout"),
        ((*GOOD, "--during-rollout", 9, "--timeout", 9), "ends before"),
        ((*GOOD, "--probes", 0), "--probes 0"),
        ((*GOOD, "--probes", 10**9), "--probes"),
        ((*GOOD, "--pods", 0), "--pods"),
        ((*GOOD, "--trusted-hops", 0), "--trusted-hops"),
        ((*GOOD, "--trusted-hops", 2), "--reads socket has none: take it out"),
        ((*GOOD, "--ca-file", __file__), "--ca-file is for TLS"),
        ((*GOOD, "--node", "10.0.0.1"), "go together"),
        ((*GOOD, "--node-port", 30080), "go together"),
        ((*GOOD, "--node", "10.0.0.1", "--node-port", 70000), "--node-port 70000"),
        ((*GOOD, "--node", "node-1", "--node-port", 30080), "--node 'node-1'"),
        ((*GOOD, *["--node", "10.0.0.1"] * 101, "--node-port", 30080), "too many"),
        ((*GOOD, "--json-path", "a["), "--json-path"),
        ((*GOOD, "--range", "10.0.0.0/8"), "KIND=CIDR"),
        ((*GOOD, "--range", "nodes=10.0.0.0/33"), "is not a network"),
        ((*GOOD, "--range", "cluster=10.0.0.0/8"), "`cluster` is no kind"),
        ((*GOOD, "--path", "clientip"), "--path"),
        ((*GOOD, "--host", "a b"), "--host"),
        ((*GOOD, "--ca-file", "/nonexistent.pem"), "--ca-file"),
    ],
)
def test_bad_input_is_told_and_nothing_is_printed(cli: Cli, arguments: tuple[object, ...], words: str) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_file_that_holds_no_certificate_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    ran = cli("--url", "https://127.0.0.1:9/", "--reads", "socket", "--ca-file", file)
    assert (ran.code, ran.out) == (2, "")
    assert "PEM" in ran.err


def test_family_that_is_none_is_refused_by_the_library() -> None:
    with pytest.raises(InputError, match="--family 5"):
        verify(VerifyOptions(url="http://127.0.0.1:9/", reads="socket", family=5))
    with pytest.raises(InputError, match="--reads"):
        verify(VerifyOptions(url="http://127.0.0.1:9/", reads="cookies"))


# --- A stack ---


SLUG = "vpc-cni-nondirect-native"
RANGES = {"vpc": ["10.0.0.0/16"], "nodes": ["127.0.0.9/32"], "pods": ["10.0.16.0/20"], "services": ["10.1.0.0/20"]}


def test_stack_says_what_to_ask_and_what_its_application_reads(cli: Cli, pulumi: Path) -> None:
    with serving(layer_7) as app, serving(proxy_to(app.port, appends)) as balancer:
        outputs(pulumi, SLUG, url=balancer.url, reads="X-Forwarded-For", networkRanges=RANGES, kubeconfig="[secret]")
        ran = cli(SLUG, "--json", "--expect", "127.0.0.1")
        lost = cli(SLUG, "--json", "--expect", "203.0.113.5", "--trusted-hops", "1")
    asked = (pulumi / "calls").read_text().splitlines()
    assert asked == [f"stack output --json --non-interactive --stack {SLUG}"] * 2
    assert (ran.code, ran.report["stack"], ran.report["reads"]) == (0, SLUG, "X-Forwarded-For")
    assert lost.code == 1


def test_ranges_of_the_stack_say_who_translated(cli: Cli, pulumi: Path) -> None:
    with serving(lambda _: answer("127.0.0.9")) as server:
        outputs(pulumi, SLUG, url=server.url, reads="socket peer", networkRanges=RANGES)
        ran = cli(SLUG, "--json", "--expect", "127.0.0.1", "--range", "nodes=127.0.0.10/32")
    assert (ran.code, {row["by"] for row in ran.report["probes"]}) == (1, {"node"})


@pytest.mark.parametrize(
    ("address", "url"), [("2001:db8::1", "http://[2001:db8::1]/"), ("lb.example", "http://lb.example/")]
)
def test_stack_with_an_address_only(address: str, url: str) -> None:
    assert VerifyOptions.from_outputs({"address": address, "reads": "socket peer"}).url == url


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "has no outputs"),
        ({"reads": "socket peer"}, "`url`"),
        ({"url": None, "address": None, "reads": "socket peer"}, "pulumi up"),
        ({"url": "http://127.0.0.1/"}, "`reads`"),
        ({"url": "http://127.0.0.1/", "reads": "tea leaves"}, "tea leaves"),
        ({"url": "http://127.0.0.1/", "reads": "socket peer", "networkRanges": {"vpc": "10.0.0.0/8"}}, "networkRanges"),
    ],
)
def test_stack_without_what_is_needed_is_refused(cli: Cli, pulumi: Path, given: dict[str, object], words: str) -> None:
    outputs(pulumi, "mine", **given)
    ran = cli("mine")
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_stack_that_is_not_there_is_told_in_pulumis_words(cli: Cli, pulumi: Path) -> None:
    (pulumi / "complaint").write_text("error: no stack named 'nope' found\x1b[0m")
    ran = cli("nope")
    assert (ran.code, ran.out) == (2, "")
    assert "no stack named 'nope' found" in ran.err
    assert "\x1b" not in ran.err


def test_outputs_that_are_no_json_are_refused(cli: Cli, pulumi: Path) -> None:
    (pulumi / "mine").write_text("hello")
    assert "not the JSON" in cli("mine").err


def test_hanging_pulumi_is_bounded_by_the_timeout(cli: Cli, pulumi: Path) -> None:
    (pulumi / "pulumi").write_text("#!/bin/sh\nexec sleep 20\n")
    ran = cli("mine", "--timeout", 0.3)
    assert (ran.code, ran.out) == (2, "")
    assert "did not end within" in ran.err


def test_missing_pulumi_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no `pulumi` program" in cli("mine").err
    (tmp_path / "pulumi").write_text("#!/no/such/interpreter\n")
    assert "pulumi" in cli("mine").err
    assert "STACK" in cli("").err


def test_program_that_cannot_be_started_is_told(cli: Cli, pulumi: Path) -> None:
    (pulumi / "pulumi").write_bytes(b"\x7fELF no program")
    ran = cli("mine")
    assert (ran.code, ran.out) == (2, "")


# --- What is printed ---


def test_table_says_it_for_a_person(cli: Cli) -> None:
    def named(request: Request) -> bytes:
        return as_json({"client_ip": request.peer, "hostname": "web-1"})

    with serving(named) as server:
        ran = cli(
            "--url",
            server.url,
            "--reads",
            "socket",
            "--expect",
            "127.0.0.1",
            "--node",
            "127.0.0.5",
            "--node-port",
            server.port,
        )
    assert ran.code == 0
    for words in ("preserved", "kept", "forged", "web-1 (20)", "your IPv4 address: 127.0.0.1 (given)", "unreachable"):
        assert words in ran.out
    assert ran.out.rstrip().splitlines()[-1].startswith("Preserved") or "Preserved" in ran.out


def test_table_of_many_different_answers_is_cut(cli: Cli) -> None:
    with serving(lambda request: answer(f"198.18.{len(server.requests)}.1")) as server:
        ran = cli(
            "--url", server.url, "--reads", "socket", "--probes", 80, "--expect", "127.0.0.1", "--during-rollout", 0.3
        )
    assert ran.code == 1
    assert "more lines; --json has every probe" in ran.out


def test_table_of_a_rollout_names_what_was_lost(cli: Cli) -> None:
    def late(request: Request) -> bytes:
        return answer("", status="502 Bad Gateway") if request.connection > 16 else answer(request.peer)

    with serving(late) as server:
        ran = cli("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--during-rollout", 0.3)
    assert ran.code == 3
    assert "lost in the rollout: answers with HTTP status 502" in ran.out


def test_table_without_a_single_probe(cli: Cli) -> None:
    ran = cli("--url", "http://target.invalid/", "--reads", "socket", "--timeout", 0.3)
    assert ran.code == 3
    assert ran.out.startswith("Cannot tell")


def test_unknown_caller_is_said_in_the_table(cli: Cli) -> None:
    with serving(layer_4) as server:
        ran = cli("--url", server.url, "--reads", "socket")
    assert "your IPv4 address: not known" in ran.out


def test_live_line_on_a_terminal_is_gone_at_the_end(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with serving(layer_4) as server:
        ran = cli("--url", server.url, "--reads", "socket", "--json", "--expect", "127.0.0.1")
    assert ran.code == 0  # and standard output is nothing but the JSON
    assert ran.report["verdict"] == "preserved"


def test_library_gives_the_same_report_in_a_loop_and_without_one() -> None:
    with serving(layer_4) as server:
        options = VerifyOptions(url=server.url, reads="socket", expect=["127.0.0.1"], probes=4)
        for report in (verify(options), asyncio.run(verify_async(options))):
            assert (report.verdict, report.exit_code, report.counts) == (Verdict.PRESERVED, 0, {Verdict.PRESERVED: 4})
            assert json.loads(report.to_json_text()) == report.to_json()


def test_reader_that_leaves_early_does_not_change_the_exit_code() -> None:
    """`realip verify ... | true` must not pass for preserved."""
    with serving(layer_4) as server:
        command = [
            sys.executable,
            "-m",
            "realip",
            "verify",
            "--url",
            server.url,
            "--reads",
            "socket",
            "--expect",
            "203.0.113.5",
        ]
        with subprocess.Popen(
            [*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        ) as program:
            assert program.stdout is not None
            program.stdout.close()
            assert program.wait(30) == 1
            assert program.stderr is not None
            assert program.stderr.read() == b""


def test_every_verdict_has_an_exit_code() -> None:
    assert {verdict.value: EXIT_CODES[verdict] for verdict in Verdict} == {
        "preserved": 0, "translated": 1, "spoofable": 1, "unreachable": 3, "unknown": 3,
    }  # fmt: skip


def test_start_up_loads_neither_the_engine_nor_the_client() -> None:
    program = "import sys, realip.verify.command; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert not {"'pulumi'", "'httpx'", "'rich'", "'pydantic'"} & set(loaded.strip("[]\n").split(", "))
