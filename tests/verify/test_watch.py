"""`realip watch`: whoever is alerted by it must be told of a loss, soon, once, and of nothing else."""

import argparse
import asyncio
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from realip.errors import InputError
from realip.verify import Report, Verdict, VerifyOptions, verify_async
from realip.watch import command, rounds
from realip.watch.rounds import Round, Target, watch
from tests.verify.conftest import outputs
from tests.verify.servers import Request, answer, layer_4, serving
from tools.waiting import wait_for

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "examples/watching/realip-watch.service"
SECONDS = 30.0
DOCUMENTED = re.findall(r"^\| `(realip_\w+)` \| (.*?) \|", (ROOT / "docs/watching.md").read_text("utf-8"), re.MULTILINE)
"""The metrics that the page lists, with their labels."""


@contextmanager
def watching(*arguments: object, folder: Path = ROOT, path: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """The command as a program of its own; killed at the end if it still runs. `path` comes first where programs are looked for."""
    environment = {key: value for key, value in os.environ.items() if key != "KUBERNETES_SERVICE_HOST"}
    if path is not None:
        environment["PATH"] = f"{path}:{environment['PATH']}"
    program = subprocess.Popen(
        [sys.executable, "-m", "realip", "watch", *map(str, arguments)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        if program.poll() is None:
            program.kill()
        program.communicate()


def measured(url: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    return samples(httpx.get(url, timeout=10, trust_env=False).text)


def samples(text: str) -> dict[tuple[str, ...], float]:
    found = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sample.labels.values()): sample.value for sample in found}


def metrics_url(program: subprocess.Popen[str]) -> str:
    assert program.stderr is not None
    said = program.stderr.readline()
    found = re.search(r"http://\S+", said)
    assert found, said
    return found.group()


class Flipping:
    """An application that sees its client, until somebody flips an annotation."""

    def __init__(self) -> None:
        self.lost = threading.Event()

    def __call__(self, request: Request) -> bytes:
        return answer("10.0.80.4") if self.lost.is_set() else layer_4(request)


def refused(*arguments: object) -> str:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(InputError) as error:
        command.run(parser.parse_args([str(argument) for argument in arguments]))
    return str(error.value)


def test_a_loss_is_told_in_the_next_round_and_so_is_its_mend() -> None:
    app = Flipping()
    with serving(app) as server:
        target = f"http://127.0.0.1:{server.port}/"
        options = ("--url", target, "--reads", "socket", "--expect", "127.0.0.1", "--range", "nodes=10.0.80.0/20")
        with watching(*options, "--every", 1, "--probes", 4, "--listen", "127.0.0.1:0") as program:
            url = metrics_url(program)

            def verdict_is(verdict: str) -> bool:
                return measured(url)["realip_verdict", target, verdict] == 1

            wait_for("the first round", lambda: verdict_is("preserved"), SECONDS)
            app.lost.set()
            wait_for("the loss", lambda: verdict_is("translated"), SECONDS)
            at_loss = measured(url)
            app.lost.clear()
            wait_for("the mend", lambda: verdict_is("preserved"), SECONDS)
            program.send_signal(signal.SIGTERM)
            out, complaint = program.communicate(timeout=SECONDS)
    assert program.returncode == 0
    assert complaint == ""
    # One line for each change, however many rounds there were.
    assert [line.split("  ")[1:2] + line.split("  ")[2].split(":")[:1] for line in out.splitlines()] == [
        [target, verdict] for verdict in ("preserved", "translated", "preserved")
    ]
    # Of the five verdicts one holds, and a loss is no "cannot tell".
    assert {labels[2]: value for labels, value in at_loss.items() if labels[0] == "realip_verdict"} == {
        "preserved": 0, "translated": 1, "spoofable": 0, "unreachable": 0, "unknown": 0,
    }  # fmt: skip
    assert at_loss["realip_rounds_total", target, "translated"] >= 1
    assert (
        0
        < at_loss["realip_last_preserved_timestamp_seconds", target]
        < at_loss["realip_last_round_timestamp_seconds", target]
    )
    assert at_loss["realip_interval_seconds", target] == 1


def test_every_series_is_there_before_the_first_round_ended() -> None:
    """An alert on a series that is missing never fires."""
    silent = socket.create_server(("127.0.0.1", 0))
    target = f"http://127.0.0.1:{silent.getsockname()[1]}/"
    with silent, watching("--url", target, "--reads", "socket", "--listen", "127.0.0.1:0") as program:
        seen = measured(metrics_url(program))
    assert {labels[2] for labels in seen if labels[0] == "realip_verdict"} == {
        "preserved", "translated", "spoofable", "unreachable", "unknown",
    }  # fmt: skip
    # And none that no page names.
    assert {labels[0] for labels in seen} == {name for name, _ in DOCUMENTED}
    assert sum(value for labels, value in seen.items() if labels[0] == "realip_verdict") == 0
    assert seen["realip_last_round_timestamp_seconds", target] == 0


def test_a_target_that_is_down_is_no_loss() -> None:
    with serving(layer_4) as server:
        target = server.url
    with watching(
        "--url", target, "--reads", "socket", "--rounds", 1, "--timeout", 1, "--every", 1, "--json"
    ) as program:
        out, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 3
    (line,) = map(json.loads, out.splitlines())
    assert (line["target"], line["verdict"]) == (target, "unreachable")


def test_a_target_that_never_answers_holds_up_no_other(tmp_path: Path, pulumi: Path) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    with silent, serving(layer_4) as server:
        up(pulumi, "hangs", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        up(pulumi, "answers", server.url)
        options = ("--expect", "127.0.0.1", "--every", 2, "--probes", 2, "--rounds", 3, "--json")
        with watching("hangs", "answers", *options) as program:
            out, _ = program.communicate(timeout=SECONDS)
    lines = [json.loads(line) for line in out.splitlines()]
    ended = [(line["target"], line["verdict"]) for line in lines]
    assert sorted(ended) == [*[("answers", "preserved")] * 3, *[("hangs", "unreachable")] * 3]
    assert ended[0] == ("answers", "preserved")
    assert program.returncode == 3


def test_a_fault_in_one_targets_round_ends_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    async def verify(options: VerifyOptions) -> Report:
        if "bad" in options.url:
            raise RecursionError("too deep\n")
        return await verify_async(replace(options, timeout=0.1))

    async def heard() -> list[Round]:
        def target(name: str) -> Target:
            async def options() -> VerifyOptions:
                return VerifyOptions(url=f"http://{name}.invalid/", reads="socket")

            return Target(name, options)

        found: list[Round] = []
        await watch([target("bad"), target("other")], 1, 1, found.append)
        return found

    monkeypatch.setattr(rounds, "verify_async", verify)
    done = {each.target: each for each in asyncio.run(heard())}
    assert set(done) == {"bad", "other"}
    assert done["bad"].verdict is Verdict.UNKNOWN
    assert "RecursionError: too deep" in done["bad"].summary
    assert "\n" not in done["bad"].summary


def test_a_stack_that_moves_is_followed_and_one_that_cannot_be_read_is_no_loss(pulumi: Path) -> None:
    with serving(layer_4) as first, serving(lambda _: answer("127.0.0.9")) as second:
        up(pulumi, "mine", first.url)
        with watching(
            "mine", "--expect", "127.0.0.1", "--every", 1, "--probes", 2, "--listen", "127.0.0.1:0"
        ) as program:
            url = metrics_url(program)

            def verdict_is(verdict: str) -> bool:
                return measured(url)["realip_verdict", "mine", verdict] == 1

            wait_for("the first address", lambda: verdict_is("preserved"), SECONDS)
            up(pulumi, "mine", second.url)
            wait_for("the second address", lambda: verdict_is("translated"), SECONDS)
            (pulumi / "mine").unlink()
            wait_for("the stack to be gone", lambda: verdict_is("unknown"), SECONDS)
            program.send_signal(signal.SIGINT)
            out, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 130
    assert "the outputs of stack mine cannot be read" in out.splitlines()[-1]


def test_what_reading_a_stack_took_is_taken_off_its_rounds_time(pulumi: Path) -> None:
    """Else a round of a slow state takes twice what somebody allowed, and the next one is left out."""
    up(pulumi, "mine", "http://127.0.0.1:1/")
    (pulumi / "slow").write_text("0.5")
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    read = command._reader(parser.parse_args(["mine", "--timeout", "20", "--json"]), "mine")

    async def timeout() -> float | None:
        return (await read()).timeout

    left = asyncio.run(timeout())
    assert left is not None
    assert 0 < left <= 19.5


def test_a_stack_is_read_once_for_each_round_and_not_once_more_to_begin(pulumi: Path) -> None:
    with serving(layer_4) as server:
        up(pulumi, "mine", server.url)
        with watching("mine", "--expect", "127.0.0.1", "--every", 1, "--probes", 2, "--rounds", 2) as program:
            program.communicate(timeout=SECONDS)
    assert program.returncode == 0
    assert [asked.split()[-1] for asked in (pulumi / "calls").read_text().splitlines()] == ["mine", "mine"]


def test_a_stack_that_cannot_be_read_at_the_start_is_bad_input(pulumi: Path) -> None:
    with watching("gone", "lost", "--json") as program:
        out, complaint = program.communicate(timeout=SECONDS)
    assert (program.returncode, out) == (2, "")
    # Of fifty stacks somebody would start it fifty times else.
    assert [name for name in ("gone", "lost") if f"the outputs of stack {name} cannot be read" not in complaint] == []


def test_the_textfile_is_whole_and_a_full_disk_ends_nothing(tmp_path: Path) -> None:
    file = tmp_path / "realip.prom"
    with serving(layer_4) as server:
        options = ("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--every", 1, "--probes", 2)
        with watching(*options, "--textfile", file) as program:
            wait_for("the file", file.exists, SECONDS)
            before = samples(file.read_text())
            file.unlink()
            file.mkdir()
            assert program.stderr is not None
            complaint = program.stderr.readline()
            file.rmdir()
            wait_for("the file again", file.is_file, SECONDS)
            program.send_signal(signal.SIGTERM)
            assert program.wait(SECONDS) == 0
    assert before["realip_verdict", server.url, "preserved"] == 1
    assert str(file) in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["realip.prom"]


def test_rounds_that_end_have_the_worst_verdict_for_an_exit_code() -> None:
    with serving(lambda _: answer("127.0.0.9")) as server:
        options = ("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--probes", 2)
        with watching(*options, "--rounds", 2, "--every", 1) as program:
            out, _ = program.communicate(timeout=SECONDS)
    assert program.returncode == 1
    assert len(out.splitlines()) == 1


def test_nobody_who_reads_ends_nothing() -> None:
    with serving(layer_4) as server:
        options = ("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--probes", 2, "--every", 1)
        with watching(*options, "--rounds", 3, "--json") as program:
            assert program.stdout is not None
            program.stdout.readline()
            program.stdout.close()
            program.stdout = None
            assert program.wait(SECONDS) == 0


def test_secrets_are_in_no_metric_and_no_line(tmp_path: Path) -> None:
    with serving(layer_4) as server:
        url = f"{server.url}path?token=hunter2"
        options = ("--url", url, "--reads", "socket", "--expect", "127.0.0.1", "--probes", 2)
        with watching(
            *options, "--request-header", "Authorization: hunter3", "--rounds", 1, "--textfile", tmp_path / "a.prom"
        ) as program:
            out, complaint = program.communicate(timeout=SECONDS)
    said = out + complaint + (tmp_path / "a.prom").read_text()
    assert f"{server.url}path" in said
    assert "hunter" not in said


def test_somebody_who_connects_and_says_nothing_stops_no_scrape() -> None:
    with serving(layer_4) as server:
        options = ("--url", server.url, "--reads", "socket", "--expect", "127.0.0.1", "--probes", 2)
        with watching(*options, "--listen", "[::1]:0") as program:
            url = metrics_url(program)
            port = int(url.rpartition(":")[2].split("/")[0])
            with socket.create_connection(("::1", port)):
                assert measured(url)["realip_build_info", *_version()] == 1
            with socket.create_connection(("::1", port)) as leaving:  # with a reset, in the middle of a question
                leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                leaving.sendall(b"GET /metrics HTT")
            assert measured(url)["realip_build_info", *_version()] == 1
            program.send_signal(signal.SIGTERM)
            _, complaint = program.communicate(timeout=SECONDS)
    assert (program.returncode, complaint) == (0, "")


def test_a_watch_that_is_told_to_end_while_it_reads_a_stack_ends_as_later(tmp_path: Path) -> None:
    """A service that is stopped at once has not failed."""
    begun = tmp_path / "begun"
    cli = tmp_path / "pulumi"
    cli.write_text(f"#!/bin/sh\necho $$ > {begun}\nexec sleep 60\n")
    cli.chmod(0o755)
    with watching("dev", "--json", folder=tmp_path, path=tmp_path) as program:
        wait_for("pulumi to be asked", begun.exists, SECONDS)
        program.send_signal(signal.SIGTERM)
        out, complaint = program.communicate(timeout=SECONDS)
    assert (program.returncode, out, complaint) == (0, "", "")


def _version() -> tuple[str]:
    from realip import __version__  # noqa: PLC0415

    return (__version__,)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("say what to watch", "say who hears of it")),
        (("a", "a", "--json"), ("STACK a: is named twice",)),
        (("http://a/", "http://b/", "--json"), ("a watch has one URL",)),
        (("a", "--url", "http://a/", "--json"), ("give either STACKs",)),
        (("--url", "http://a/", "--reads", "socket", "--every", "0.5", "--json"), ("--every 0.5: write seconds from 1 to 86400",)),
        (("--url", "http://a/", "--reads", "socket", "--every", "nan", "--json"), ("--every nan",)),
        (("--url", "http://a/", "--reads", "socket", "--every", "5", "--timeout", "6", "--json"), ("--timeout 6: is longer than --every 5",)),
        (("--url", "http://a/", "--reads", "socket", "--rounds", "0", "--textfile", "x.txt"), ("--rounds 0", "end in .prom")),
        (("--url", "http://a/", "--reads", "socket", "--listen", "9464"), ("--listen '9464': write an address",)),
        (("--url", "http://a/", "--reads", "socket", "--listen", "localhost:9464"), ("--listen 'localhost:9464'",)),
        (("--url", "http://a/", "--reads", "socket", "--listen", "::1:9464"), ("such as 127.0.0.1:9464 or [::1]:9464",)),
        (("--url", "http://a/", "--reads", "socket", "--listen", "127.0.0.1:65536"), ("--listen",)),
        (("--url", "ftp://a/", "--reads", "socket", "--json"), ("ftp",)),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_told_all_at_once(arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    said = refused(*arguments)
    assert [word for word in words if word not in said] == []


def test_a_port_that_is_taken_is_told_before_anything_is_asked() -> None:
    with serving(layer_4) as server, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--url", server.url, "--reads", "socket", "--listen", f"127.0.0.1:{port}")
    assert f"--listen 127.0.0.1:{port}: nothing can listen there" in said
    assert server.requests == []


def unit() -> dict[str, list[str]]:
    """The directives of the systemd unit."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_a_service_finds_pulumi_and_its_login_and_may_write_its_home() -> None:
    """systemd gives a service no shell's PATH, and one that is locked in no home: no output could be read, ever."""
    directives = unit()
    environment = dict(word.split("=", 1) for value in directives["Environment"] for word in value.split())
    (state,) = directives["StateDirectory"]
    assert {"/usr/local/bin", "/usr/bin"} <= set(environment["PATH"].split(":"))
    assert directives["ProtectSystem"] == ["strict"]
    for home in ("HOME", "PULUMI_HOME"):
        assert Path("/var/lib", state) in (Path(environment[home]), *Path(environment[home]).parents)
    # Secrets stand in a file of root's, and in no unit, which everybody reads.
    assert directives["EnvironmentFile"] == ["-/etc/realip/watch.env"]
    assert not {name for name in environment if "PASSPHRASE" in name or "KEY" in name or "TOKEN" in name}
    (command_line,) = directives["ExecStart"]
    _, _, arguments = command_line.partition(" watch ")
    parser = argparse.ArgumentParser(exit_on_error=False)
    command.add_arguments(parser)
    assert parser.parse_args(arguments.split()).listen


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_every_line_of_the_unit(tmp_path: Path) -> None:
    file = tmp_path / UNIT.name
    # The program is not installed where these tests run.
    file.write_text(UNIT.read_text("utf-8").replace("ExecStart=/srv/realip/.venv/bin/python", "ExecStart=/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    # Units that this machine has besides may be told of too.
    assert [line for line in done.stderr.splitlines() if UNIT.name in line] == []


def up(folder: Path, stack: str, url: str) -> None:
    outputs(folder, stack, url=url, reads="socket peer", networkRanges={"vpc": ["10.0.0.0/16"]})
