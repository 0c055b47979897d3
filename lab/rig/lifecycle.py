"""Brings labs up and takes them away, completely, whatever happened before."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import FrameType

from lab.rig import deploy, network
from lab.rig.agent import LOG, READY_FILE
from lab.rig.lab import AGENT_PID_FILE, COMPLETE_FILE, STATE, Lab, labs_up, remove_tree
from lab.rig.layout import PREFIX
from lab.rig.shell import PROJECT, GaveUpError, LabError, start, wait_for

AGENT_SECONDS = 120.0
LOG_LINES = 15
SIDE_BY_SIDE = 6
"""Scenarios that come up at the same time: more of them would wait for each other's processors, and time out."""

Say = Callable[[str, str], None]
"""Told the scenario's slug and what is going on there."""


class StoppedError(BaseException):
    """SIGTERM or SIGHUP arrived: everything is cleaned up as on Ctrl-C."""

    def __init__(self, number: int) -> None:
        """`number`: the signal."""
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP end the command in its own order."""

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        raise StoppedError(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def clean() -> list[str]:
    """Remove what a killed run left: every namespace of the lab that belongs to no scenario that is up."""
    alive = [lab.layout.base for lab in labs_up()]
    left = [name for name in network.existing() if not name.startswith(tuple(alive))] if alive else network.existing()
    network.remove(left)
    if STATE.exists():
        for folder in STATE.iterdir():
            if f"{PREFIX}{folder.name}." not in alive:
                remove_tree(folder) if folder.is_dir() else folder.unlink()
    return left


def up(labs: Sequence[Lab], say: Say) -> None:
    """Bring scenarios up side by side; if one does not come up, or on Ctrl-C, none of them stays."""
    wanted = [lab for lab in labs if not lab.is_up]
    try:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            futures = [pool.submit(_bring_up, lab, say) for lab in wanted]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            except BaseException:
                # The threads wait for things in these namespaces; without them they end at once.
                down(wanted)
                raise
            failed = [future for future in done if future.exception()]
            if failed:
                down(wanted)
            for future in failed:
                try:
                    future.result()
                except (LabError, GaveUpError) as problem:
                    raise LabError(f"{wanted[futures.index(future)].scenario.slug}: {problem}") from problem
    except BaseException:
        down(wanted)
        raise


def _bring_up(lab: Lab, say: Say) -> None:
    slug = lab.scenario.slug
    say(slug, "building the network")
    lab.remove()
    lab.folder.mkdir(parents=True, mode=0o700)
    network.build(lab.layout)
    say(slug, "starting etcd, API server, controller manager, kube-proxy")
    command = [sys.executable, "-m", "lab.rig.agent", slug, str(lab.folder)]
    agent = start(command, namespace=lab.layout.namespace("control"), log=lab.folder / LOG, folder=PROJECT)
    (lab.folder / AGENT_PID_FILE).write_text(str(agent.pid))
    rendered = deploy.render(lab)
    wait_for("the lab's agent", lambda: _ready(lab, agent), seconds=AGENT_SECONDS)
    say(slug, "deploying what the stack renders")
    deploy.apply(lab, rendered)
    deploy.wait_until_served(lab)
    (lab.folder / COMPLETE_FILE).touch()
    say(slug, f"up: http://{lab.address}/ from {lab.layout.namespace('client')}")


def _ready(lab: Lab, agent: subprocess.Popen[bytes]) -> bool:
    if agent.poll() is not None:
        lines = (lab.folder / LOG).read_text(errors="replace").splitlines()[-LOG_LINES:]
        raise GaveUpError("\n".join(["the lab's agent has ended; its log ends with:", *lines]))
    return (lab.folder / READY_FILE).exists()


def down(labs: Sequence[Lab]) -> None:
    """Take scenarios away. An interruption is held until it is done."""
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for lab in labs:
            lab.remove()
        if STATE.exists() and not any(STATE.iterdir()):
            STATE.rmdir()
    finally:
        signal.signal(signal.SIGINT, before)
