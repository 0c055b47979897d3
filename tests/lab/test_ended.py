"""A command that is ended in the middle of a change leaves no lab changed."""

import signal
import subprocess
import sys

from tests.lab.conftest import PROJECT, Round, lab, on_the_machine

pytestmark = on_the_machine


def test_what_an_ended_verify_had_changed_is_put_right(round_: Round) -> None:
    """A control opens the node ports: left open, every later verdict would be `spoofable`."""
    slug = "vpc-cni-nondirect-native"
    assert slug in round_.results
    command = [sys.executable, "-m", "lab", "verify", slug]
    for number, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        with subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr
            assert any("Node port open" in line for line in process.stderr), "the control never began"
            process.send_signal(number)
            process.stderr.read()
            assert process.wait(timeout=60) == code
        again = lab("verify", slug, "--no-controls")
        assert again.returncode == 0, again.stdout + again.stderr
