"""Whatever ends a lab, the next command finds a clean machine; and where the lab cannot run, it says why."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lab import cli
from lab.rig import guard
from lab.rig.shell import LabError
from tests.lab import host
from tests.lab.conftest import PROJECT, lab, on_the_machine
from tools.errors import ToolMissing

pytestmark = on_the_machine

SLUG = "vpc-cni-direct-super"


def begin_up() -> subprocess.Popen[str]:
    """An `up` that has made namespaces and started the control plane, and is not done."""
    command = [sys.executable, "-m", "lab", "up", SLUG]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while not any("kube-apiserver" in line for line in host.programs()):
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline, "`up` started no API server within a minute"
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_up_takes_everything_away(number: signal.Signals) -> None:
    process = begin_up()
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "Traceback" not in output
    assert host.namespaces() == []
    assert host.programs() == []


def test_what_a_killed_up_left_is_cleaned_by_the_next_command() -> None:
    process = begin_up()
    process.kill()
    process.communicate(timeout=60)
    assert host.namespaces() != [], "there was nothing left to clean, so this proves nothing"
    down = lab("down")
    assert down.returncode == 0, down.stderr
    assert host.namespaces() == []
    assert host.programs() == []


def test_a_lab_that_was_killed_on_its_way_up_or_later_is_built_again() -> None:
    """And one whose agent was killed counts as down until then."""
    process = begin_up()
    process.kill()
    process.communicate(timeout=60)
    try:
        works()
        agents = subprocess.run(
            ["pgrep", "-f", f"lab.rig.agent {SLUG}"], capture_output=True, text=True, check=True
        ).stdout
        for agent in agents.split():
            os.kill(int(agent), signal.SIGKILL)
        verify = lab("verify", SLUG)
        assert (verify.returncode, verify.stdout) == (2, "")
        assert f"python -m lab up {SLUG}" in verify.stderr
        works()
    finally:
        lab("down")
    assert host.namespaces() == []


def works() -> None:
    """The lab comes up, and shows what it has to show."""
    up = lab("up", SLUG)
    assert up.returncode == 0, up.stderr
    verify = lab("verify", SLUG, "--no-controls")
    assert verify.returncode == 0, verify.stdout + verify.stderr


@pytest.mark.parametrize("command", ["verify", "report"])
def test_without_a_lab_the_message_says_what_to_run(command: str) -> None:
    done = lab(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "python -m lab up" in done.stderr
    assert "Traceback" not in done.stderr


def test_down_without_a_lab_is_no_error() -> None:
    assert lab("down").returncode == 0


def test_an_unknown_scenario_is_refused_with_the_known_ones() -> None:
    done = lab("up", "vpc-cni-direct-nativ")
    assert done.returncode == 2
    assert "vpc-cni-direct-native" in done.stderr
    assert host.namespaces() == []


@pytest.mark.parametrize("option", ["--rate", "--at-once"])
@pytest.mark.parametrize("number", ["0", "-3", "many"])
def test_a_number_that_is_none_is_refused_by_name(capsys: pytest.CaptureFixture[str], option: str, number: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.parser().parse_args(["zero-downtime", f"{option}={number}"])
    said = capsys.readouterr().err
    assert option in said
    assert number in said


def test_two_commands_at_once_do_not_take_each_other_s_labs_away() -> None:
    with guard.only_one():
        done = lab("down")
    assert done.returncode == 2
    assert "another" in done.stderr


def test_without_root_it_refuses_politely() -> None:
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-m", "lab", "up"]
    # The interpreter may be in a folder that only root reads: then the check itself is asked.
    probe = subprocess.run(
        [*command[:4], sys.executable, "-c", "import lab.cli"], cwd=PROJECT, capture_output=True, check=False
    )
    if probe.returncode == 0:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert "root" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_user_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match=r"needs root.*sudo"):
        guard.check_machine()


def test_another_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(LabError, match=r"Linux.*darwin"):
        guard.check_machine()


def test_a_missing_program_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise ToolMissing(f"{name} is not on PATH: run  python3 -m tools --lab")

    monkeypatch.setattr(guard, "locate", missing)
    with pytest.raises(LabError, match="python3 -m tools --lab"):
        guard.check_programs()
