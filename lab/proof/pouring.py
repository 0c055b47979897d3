"""Requests at a steady rate from the client while something happens to the lab, and the count of those that were lost."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from lab.proof.verdict import READS
from lab.rig import pour
from lab.rig.lab import Lab
from lab.rig.shell import LabError, inside, wait_for
from realip.reads import Reads

RATE = 400
"""Requests a second, half of them on connections of their own, half on kept ones."""
START_SECONDS = 60.0
STOP_SECONDS = 90.0
"""The last requests' own patience, and what the machine takes."""


@dataclass(frozen=True)
class Poured:
    """The counts of one phase."""

    name: str
    new: int = 0
    kept: int = 0
    lost_new: dict[str, int] = field(default_factory=dict)
    lost_kept: dict[str, int] = field(default_factory=dict)
    strangers: dict[str, int] = field(default_factory=dict)
    """Addresses that the app took for the client's, and are not."""
    pods: dict[str, int] = field(default_factory=dict)
    """Answers of each pod."""
    pods_new: dict[str, int] = field(default_factory=dict)
    """Those of them that came on connections of their own."""
    slow: int = 0
    longest: float = 0.0
    """Seconds."""
    seconds: float = 0.0
    late: float = 0.0
    """Seconds after its time that the latest request was sent, since the machine had no time for it."""
    first: float = 0.0
    """When the first answer came, as a Unix time; 0 if none came."""
    last: float = 0.0
    """When the last answer came."""

    @property
    def asked(self) -> int:
        """All requests."""
        return self.new + self.kept

    @property
    def lost(self) -> int:
        """All that were lost."""
        return sum(self.lost_new.values()) + sum(self.lost_kept.values())

    @property
    def rate(self) -> float:
        """Requests a second that were really sent."""
        return self.asked / self.seconds if self.seconds else 0.0

    @property
    def words(self) -> str:
        """What came in place of the lost answers."""
        parts = [
            f"{count} on {where} connections: {kind}"
            for where, kinds in (("new", self.lost_new), ("kept", self.lost_kept))
            for kind, count in kinds.items()
        ]
        parts += [f"{count} answers for {address}" for address, count in self.strangers.items()]
        return "; ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The other way round."""
        return cls(**values)


class Pouring:
    """Requests that are on their way."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        """`process` runs `lab.rig.pour`."""
        self._process = process
        self._errors = errors

    def begin(self, phase: str) -> None:
        """Count what comes from now on under this name."""
        self._say(f"{phase}\n")

    def wait(self, seconds: float) -> None:
        """Let requests run for a while; they end it with a `LabError` if they end."""
        try:
            self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return
        raise LabError(f"the requests ended by themselves: {self._said()}")

    def end(self) -> dict[str, Poured]:
        """Stop, and the counts by phase."""
        try:
            output, _ = self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired as problem:
            self._process.kill()
            raise LabError(f"the requests did not end within {STOP_SECONDS:g} s") from problem
        if self._process.returncode:
            raise LabError(f"the requests ended by themselves: {self._said()}")
        content: dict[str, dict[str, Any]] = json.loads(output.splitlines()[-1])
        return {name: Poured(name, **counts) for name, counts in content.items()}

    def _say(self, words: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            self._process.stdin.write(words)
            self._process.stdin.flush()
        except BrokenPipeError as problem:
            raise LabError(f"the requests ended by themselves: {self._said()}") from problem

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().strip()[-500:]


@contextmanager
def pouring(lab: Lab, address: str, reads: Reads, *, port: int = 80, rate: float = RATE) -> Iterator[Pouring]:
    """Requests from the client to an address, for as long as the block takes."""
    log = lab.folder / f"pour-{address}.log"
    script = str(Path(pour.__file__))
    url = f"http://{address}:{port}/"
    command = [sys.executable, "-I", "-S", script, url, str(rate), str(lab.layout.client), READS[reads]]
    with log.open("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            inside(lab.layout.namespace("client"), ["setpriv", "--pdeathsig", "KILL", "--", *command]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
        try:
            stdout = process.stdout
            assert stdout is not None  # noqa: S101 - it was opened as a pipe
            wait_for("the first request", lambda: stdout.readline().strip() == pour.STARTED, seconds=START_SECONDS)
            yield Pouring(process, errors)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
