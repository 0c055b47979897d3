"""The toolchain's decisions, tried without building, fetching or installing anything."""

import io
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tools
from tools import cache, catalogue, gobuild, packages, postgresql, registries
from tools.__main__ import main
from tools.progress import Progress
from tools.versions import Range, Version

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty cache, an empty PATH, and no folders for administrators."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(packages, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(postgresql, "INSTALLED", tmp_path / "postgresql")
    catalogue.locate.cache_clear()
    yield
    catalogue.locate.cache_clear()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Puts a program on PATH that prints an answer, whatever it is asked."""

    def put(name: str, answer: str) -> Path:
        path = tmp_path / "bin" / name
        path.write_text(f"#!{sys.executable} -IS\nimport sys\n{answer}\n")
        path.chmod(0o755)
        return path

    return put


@pytest.fixture
def step() -> Iterator[Progress]:
    with Progress("test", "starting", io.StringIO()) as step:
        yield step


def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> gobuild.GoProgram:
    """A Go program of the tests, in a folder of its own."""
    module = tmp_path / "source" / "thing"
    module.mkdir(parents=True)
    (module / "go.mod").write_text(
        "module realip.invalid/thing\n\ngo 1.24.0\n\nrequire (\n\texample.org/x v0.1.0\n\texample.org/thing v3.2.1\n)\n"
    )
    (module / "go.sum").write_text("example.org/thing v3.2.1 h1:abc=\n")
    (module / "main.go").write_text("package main\n")
    monkeypatch.setattr(gobuild, "HERE", tmp_path / "source")
    return gobuild.GoProgram(
        "thing", "example.org/thing", ".", lambda version: {"main.version": str(version)}, ("alias",)
    )


# Versions


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v3.210.0\n", Version(3, 210, 0)),
        ("go version go1.26.8 linux/amd64", Version(1, 26, 8)),
        ("go version go1.24 linux/amd64", Version(1, 24, 0)),
        ("etcd Version: 3.4.23\nGit SHA: Not provided\nGo Version: go1.19.8", Version(3, 4, 23)),
        ("OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)", Version(3, 0, 19)),
        ("OpenSSL 1.1.1w  11 Sep 2023", Version(1, 1, 1)),
        ("v3.250.0-alpha.1+dirty", Version(3, 250, 0)),
        ("setpriv from util-linux 2.38.1", Version(2, 38, 1)),
        ("command not found", None),
        ("", None),
        ("42", None),
    ],
)
def test_a_version_is_read_from_what_programs_print(text: str, version: Version | None) -> None:
    assert Version.find(text) == version


def test_versions_compare_by_number_and_not_by_letter() -> None:
    supported = Range(Version(3, 210), Version(4, 0))
    assert Version(3, 210, 0) in supported
    assert Version(3, 1000, 2) in supported
    assert Version(3, 99, 9) not in supported
    assert Version(4, 0, 0) not in supported


# A program on PATH


def test_a_supported_pulumi_on_path_is_taken(program: Callable[[str, str], Path]) -> None:
    path = program("pulumi", "print('v3.300.2')")
    assert tools.locate("pulumi") == path


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("print('v3.99.0')", "it is 3.99.0, supported is at least 3.274.1 and below 4.0.0"),
        ("print('v4.0.1')", "it is 4.0.1"),
        ("print('hello')", "does not say its version"),
        ("sys.exit('v3.300.2')", "does not say its version"),
    ],
)
def test_another_pulumi_is_passed_over_and_the_reason_said(
    program: Callable[[str, str], Path], answer: str, reason: str
) -> None:
    path = program("pulumi", answer)
    notes: list[str] = []
    with pytest.raises(tools.ToolMissing):  # there is no Go either
        catalogue.prepare("pulumi", notes.append)
    assert len(notes) == 1
    assert str(path) in notes[0]
    assert reason in notes[0]


def test_asking_pulumi_for_its_version_does_not_make_it_ask_the_network(program: Callable[[str, str], Path]) -> None:
    program("pulumi", "import os; print('v3.300.2' if os.environ.get('PULUMI_SKIP_UPDATE_CHECK') == 'true' else '')")
    assert tools.locate("pulumi")


# PostgreSQL


def installed(folder: Path, *programs: str) -> Path:
    """The folder of an installed version, with these programs in it."""
    (folder / "bin").mkdir(parents=True)
    for name in programs:
        (folder / "bin" / name).touch(mode=0o755)
    return folder / "bin"


def test_the_newest_postgresql_that_is_whole_is_taken() -> None:
    """Versions are numbers: 9.6 is older than 15, and one whose server was removed keeps its client."""
    whole = ("postgres", "initdb", "psql")
    for version in ("9.6", "15", "14"):
        installed(postgresql.INSTALLED / version, *whole)
    installed(postgresql.INSTALLED / "17", "psql")
    installed(postgresql.INSTALLED / "16", "postgres", "initdb")
    assert tools.locate("postgres") == postgresql.INSTALLED / "15/bin/postgres"


def test_a_link_on_path_leads_to_the_folder_where_all_programs_are(tmp_path: Path) -> None:
    folder = installed(tmp_path / "elsewhere", "postgres", "initdb", "psql")
    (tmp_path / "bin/postgres").symlink_to(folder / "postgres")
    assert tools.locate("postgres") == folder / "postgres"


def test_without_apt_postgresql_is_named() -> None:
    with pytest.raises(tools.ToolMissing, match="postgresql"):
        catalogue.prepare("postgres", lambda _: None)


def test_unpacked_postgresql_comes_with_its_client_and_asks_for_libraries_that_are_missing(
    program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    fetched = postgresql.INSTALLED.with_name("fetched")
    program(
        "apt-get",
        "name = sys.argv[-1]\n"
        "'download' in sys.argv or sys.exit(3)\n"
        f"print(name, file=open({str(fetched)!r}, 'a'))\n"
        "open(name + '_1_all.deb', 'w').close()",
    )
    depends = {"postgresql": "postgresql-15", "postgresql-15": "libldap", "postgresql-client-15": "libpq5"}
    program("apt-cache", f"print('  Depends:', {depends}[sys.argv[-1]])")
    unpacks = (
        "import pathlib; bin = pathlib.Path(sys.argv[-1], 'usr/lib/postgresql/15/bin'); bin.mkdir(parents=True, exist_ok=True)\n"
        "for name in ('postgres', 'initdb', 'psql'):\n"
        "    (bin / name).write_text('#!/bin/sh\\nexit CODE\\n'); (bin / name).chmod(0o755)"
    )
    program("dpkg-deb", unpacks.replace("CODE", "127"))
    with pytest.raises(tools.ToolMissing, match="apt-get install libldap libpq5"):
        catalogue.prepare("postgres", lambda _: None)
    assert postgresql.find() is None
    fetched.unlink()
    program("dpkg-deb", unpacks.replace("CODE", "0"))
    assert catalogue.prepare("postgres", lambda _: None).path == tools.locate("postgres")
    assert fetched.read_text().split() == ["postgresql", "postgresql-15", "postgresql-client-15"]


# What is missing, in words


@pytest.mark.parametrize("name", ["pulumi", "kubernetes", "kubectl", "kube-proxy", "etcd", "postgres"])
def test_a_tool_that_was_not_made_says_what_to_run(name: str) -> None:
    with pytest.raises(tools.ToolMissing, match=f"{name} is not ready: run  make tools"):
        tools.locate(name)


@pytest.mark.parametrize("name", ["software-python", "software-node", "nginx", "goapps"])
def test_software_that_is_not_there_says_what_to_run(name: str) -> None:
    with pytest.raises(tools.ToolMissing, match=f"{name} is not ready: run  python3 -m tools --software"):
        tools.locate(name)


def test_express_without_npm_says_which_packages_to_install(program: Callable[[str, str], Path]) -> None:
    program("node", "print('v20.1.0')")
    with pytest.raises(tools.ToolMissing, match=r"no npm on PATH.*Debian: nodejs, npm"):
        registries.make_node()


def test_registry_that_cannot_be_reached_says_what_is_missing_and_leaves_nothing(
    program: Callable[[str, str], Path], tmp_path: Path
) -> None:
    program("node", "print('v20.1.0')")
    program("npm", "print('network is down'); sys.exit(7)")
    with pytest.raises(tools.ToolMissing, match=r"Node.js packages .* exit code 7.*\n.*network is down"):
        registries.make_node()
    assert registries.node() is None
    assert not [path for path in cache.folder().iterdir() if path.is_dir()]


def test_a_program_of_the_lab_says_what_to_run_and_its_package() -> None:
    with pytest.raises(tools.ToolMissing, match=r"python3 -m tools --lab.*iproute2"):
        tools.locate("ip")


def test_an_unknown_name_is_a_mistake_in_the_program() -> None:
    with pytest.raises(ValueError, match="no tool is called 'plumi'"):
        tools.locate("plumi")


def test_without_go_the_message_says_which_go_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(tools.ToolMissing, match=r"thing 3\.2\.1: no Go compiler on PATH.*install Go 1\.24\.0 or newer"):
        gobuild.build(pinned(tmp_path, monkeypatch))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("print('go version go1.19.8 linux/amd64')", "go1.19.8"),
        ("sys.exit('go: go.mod requires go >= 1.24.0 (running go 1.21.0; GOTOOLCHAIN=local)')", "running go 1.21.0"),
    ],
)
def test_an_old_go_is_named_with_the_one_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str, str], Path], answer: str, said: str
) -> None:
    program("go", answer)
    with pytest.raises(tools.ToolMissing, match=rf"{said}.*install Go 1\.24\.0 or newer"):
        gobuild.build(pinned(tmp_path, monkeypatch))


def test_without_apt_etcd_asks_for_etcd_itself() -> None:
    with pytest.raises(tools.ToolMissing, match=r"etcd.*put etcd on PATH \(at least 3\.4\.0"):
        catalogue.prepare("etcd", lambda _: None)


def test_without_root_the_message_is_the_command_to_run(
    program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    program("apt-get", "sys.exit(3)")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(tools.ToolMissing, match=r"sudo apt-get update && sudo apt-get install haproxy wrk"):
        packages.install(["haproxy", "wrk"])


def test_everything_that_is_missing_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--browser"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    for name in ("pulumi", "kubernetes", "etcd", "openssl", "browser", "chromium"):
        assert name in said.err
    assert "Traceback" not in said.err


def test_the_lab_is_made_ready_without_pulumi_and_packages_are_asked_for_before_anything_is_built(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A build of minutes before a word about a missing package is a build for nothing."""
    assert main(["--lab"]) == 1
    missing = capsys.readouterr().err
    assert "pulumi" not in missing.lower()
    assert missing.index("haproxy") < missing.index("kubernetes") < missing.index("etcd")


def test_path_prints_the_path_and_nothing_else(
    program: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = program("pulumi", "print('v3.300.2')")
    assert main(["path", "pulumi"]) == 0
    assert capsys.readouterr() == (f"{path}\n", "")


# The cache


def test_the_version_is_the_one_that_go_mod_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    thing = pinned(tmp_path, monkeypatch)
    assert thing.version == Version(3, 2, 1)
    assert thing.go == Version(1, 24, 0)
    assert thing.slot.startswith("thing-3.2.1-")


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "main.go"])
def test_another_pin_is_another_place_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    thing = pinned(tmp_path, monkeypatch)
    before = thing.slot
    path = thing.module / file
    path.write_text(path.read_text() + "// another\n")
    assert thing.slot != before


def test_files_that_do_not_change_the_program_do_not_build_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = pinned(tmp_path, monkeypatch)
    before = thing.slot
    (thing.module / "README.md").write_text("words")
    os.utime(thing.module / "go.mod", (1, 1))
    assert thing.slot == before


def test_moving_bytes_between_files_is_another_digest() -> None:
    assert cache.digest([("a", b"xy"), ("b", b"z")]) != cache.digest([("a", b"x"), ("b", b"yz")])


def test_the_cache_is_outside_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache.folder() == Path("/home/somebody/.cache/realip/tools")


def fake_go(program: Callable[[str, str], Path], build: str) -> None:
    program(
        "go",
        "if sys.argv[1] == 'version':\n    print('go version go1.24.0 linux/amd64')\n    sys.exit(0)\n"
        f"output = sys.argv[sys.argv.index('-o') + 1]\n{build}",
    )


GOOD_BUILD = "import os; open(output, 'w').write('made'); os.chmod(output, 0o755)"


def test_a_build_is_done_once_and_found_again_with_its_other_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str, str], Path]
) -> None:
    thing = pinned(tmp_path, monkeypatch)
    assert thing.built() is None
    fake_go(program, GOOD_BUILD)
    path = gobuild.build(thing)
    assert path.read_text() == "made"
    fake_go(program, "sys.exit('built twice')")
    assert gobuild.build(thing) == thing.built() == path
    alias = thing.built("alias")
    assert alias is not None
    assert alias.read_text() == "made"


def test_what_a_developer_set_for_go_does_not_reach_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str, str], Path]
) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod -tags=other")
    monkeypatch.setenv("GOWORK", "/somewhere/go.work")
    fake_go(
        program,
        "import os; assert '-mod=readonly' in sys.argv; assert (os.environ['GOFLAGS'], os.environ['GOWORK']) == ('', 'off')\n"
        + GOOD_BUILD,
    )
    assert gobuild.build(pinned(tmp_path, monkeypatch))


def test_a_build_that_fails_says_what_go_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str, str], Path]
) -> None:
    thing = pinned(tmp_path, monkeypatch)
    fake_go(program, "open(output, 'w').write('half'); sys.exit('verifying example.org/thing: checksum mismatch')")
    with pytest.raises(tools.ToolMissing, match=r"thing 3\.2\.1: the build failed[\s\S]*checksum mismatch"):
        gobuild.build(thing)
    assert thing.built() is None
    assert [path.name for path in cache.folder().iterdir() if not path.name.endswith(".lock")] == []


def test_a_half_made_build_of_a_killed_process_is_not_taken_and_is_cleared(step: Progress) -> None:
    half = cache.folder() / ".thing.part-killed"
    half.mkdir(parents=True)
    (half / "program").write_text("half")
    (half / "program").chmod(0o755)
    assert cache.find("thing", "program") is None

    def work(folder: Path) -> None:
        (folder / "program").write_text("whole")
        (folder / "program").chmod(0o755)

    assert cache.make("thing", "program", work, step).read_text() == "whole"
    assert not half.exists()


def test_a_folder_that_lost_its_program_is_made_again(step: Progress) -> None:
    (cache.folder() / "thing").mkdir(parents=True)

    def work(folder: Path) -> None:
        (folder / "program").write_text("whole")
        (folder / "program").chmod(0o755)

    assert cache.make("thing", "program", work, step).read_text() == "whole"


def test_two_builds_at_once_make_it_once(step: Progress) -> None:
    made: list[Path] = []
    found: list[Path] = []
    both_asked = threading.Barrier(2, timeout=10)

    def work(folder: Path) -> None:
        made.append(folder)
        (folder / "program").write_text("whole")
        (folder / "program").chmod(0o755)

    def build() -> None:
        both_asked.wait()
        found.append(cache.make("thing", "program", work, step))

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert len(made) == 1
    assert found == [cache.folder() / "thing" / "program"] * 2


def test_who_waits_is_told_by_whom_the_lock_is_held_and_for_how_long(
    step: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.progress.PLAIN_SECONDS", 0.001)
    holds = threading.Event()
    stream = io.StringIO()

    def told(folder: Path) -> None:
        holds.set()
        deadline = time.monotonic() + 10
        while "which has been making it for" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        (folder / "program").write_text("whole")
        (folder / "program").chmod(0o755)

    first = threading.Thread(target=cache.make, args=("thing", "program", told, step))
    first.start()
    assert holds.wait(10)
    with Progress("thing", "starting", stream) as second:
        cache.make("thing", "program", told, second)
    first.join(timeout=10)
    waited = re.search(r"waiting for process (\d+) \((.+)\), which has been making it for (\d+) s", stream.getvalue())
    assert waited is not None, stream.getvalue()
    assert int(waited[1]) == os.getpid()
    assert waited[2] == shlex.join(sys.orig_argv)
    assert int(waited[3]) < 10


def test_a_compiler_runs_as_nicely_as_its_caller_and_no_nicer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Callable[[str, str], Path]
) -> None:
    """A caller who runs under nice already would starve, with everybody who waits for the lock."""
    (tmp_path / "bin" / "nice").symlink_to("/usr/bin/nice")
    fake_go(program, f"import os; assert os.nice(0) == {os.nice(0)}\n{GOOD_BUILD}")
    assert gobuild.build(pinned(tmp_path, monkeypatch))


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal() -> None:
    stream = Terminal()
    with Progress("pulumi", "building", stream) as step:
        step.say("compiling")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("done, 0 s\n")


def test_progress_is_plain_lines_elsewhere_and_says_failed() -> None:
    stream = io.StringIO()
    with pytest.raises(OSError, match="disk"), Progress("pulumi", "building", stream):
        raise OSError("disk")
    assert stream.getvalue() == "pulumi: building, 0 s\npulumi: failed, 0 s\n"


# This project's pins


@pytest.mark.parametrize("thing", catalogue.GO_PROGRAMS.values(), ids=lambda thing: thing.name)
def test_the_pins_of_the_project_are_complete(thing: gobuild.GoProgram) -> None:
    assert thing.version >= Version(1, 0)
    assert f"{thing.source} v{thing.version} h1:" in (thing.module / "go.sum").read_text()
    assert "-mod=readonly" in thing.arguments


def test_stack_files_are_read_by_the_loader_of_the_engine_that_runs_them() -> None:
    assert catalogue.STACKFILE.version == catalogue.PULUMI.version


def test_the_kubernetes_libraries_are_those_of_its_own_release() -> None:
    """A library of another release than the programs' compiles at times, and then behaves otherwise."""
    version = catalogue.KUBERNETES.version
    replaced = [
        line.split() for line in (catalogue.KUBERNETES.module / "go.mod").read_text().splitlines() if "=>" in line
    ]
    assert len(replaced) > 25
    for module, _, target, pin in replaced:
        assert target == module
        assert pin == f"v0.{version.minor}.{version.patch}"


def test_the_toolchain_runs_before_any_environment_exists() -> None:
    """Plain python3 has the standard library only: an import of anything else would break a fresh clone."""
    answer = subprocess.run(
        [sys.executable, "-S", "-m", "tools", "path", "pulumi"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr == "pulumi is not ready: run  make tools\n"
