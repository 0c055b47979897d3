"""Verdicts and controls of the labs that are up: collected, and kept for the report."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.proof.changes import undone
from lab.proof.control import Control, Outcome
from lab.proof.controls import controls_of
from lab.proof.prediction import Prediction
from lab.proof.spelling import rendered, undocumented
from lab.proof.verdict import Answer, verify_scenario
from lab.rig.deploy import RENDERED
from lab.rig.lab import Lab
from lab.rig.shell import LabError
from realip.scenarios import by_slug

RESULTS_FILE = "results.json"
SIDE_BY_SIDE = 3
"""Scenarios that are verified at the same time."""
AT_ONCE = 4
"""Controls of one scenario at the same time, where none has to be alone."""


@dataclass(frozen=True)
class ControlResult:
    """A negative control and what came of it."""

    name: str
    title: str
    expected: str
    verdict: str
    saw: str
    words: str
    passed: bool
    predicted: dict[str, Any] | None = None
    """The audit's prediction, from the objects at that time."""
    unseen: str = ""
    """Why the audit cannot foresee it; empty where it has to."""

    @property
    def foreseen(self) -> bool:
        """The audit's prediction is what packets showed."""
        return self.predicted is not None and self.verdict in Prediction.from_json(self.predicted).verdicts


@dataclass(frozen=True)
class ScenarioResult:
    """A scenario's verdict and its controls."""

    slug: str
    verdict: str
    saw: list[str]
    summary: str
    exit_code: int
    command: str
    pods: dict[str, int]
    seconds: float
    undocumented: list[str] = field(default_factory=list)
    """Keys and values that the stack writes and TKE's documents do not have, in words."""
    predicted: dict[str, Any] | None = None
    """The audit's prediction."""
    controls: list[ControlResult] = field(default_factory=list)

    @property
    def foreseen(self) -> bool:
        """The audit's prediction is what packets showed."""
        return self.predicted is not None and self.verdict in Prediction.from_json(self.predicted).verdicts

    @property
    def title(self) -> str:
        """The scenario's title in the table."""
        row = by_slug(self.slug)
        return row.title if row else self.slug

    @property
    def preserved(self) -> bool:
        """True if the scenario keeps its promise."""
        return self.verdict == "preserved" and self.exit_code == 0

    @property
    def passed(self) -> bool:
        """True if verdict, controls, spelling and the audit's predictions are as they have to be."""
        well = all(control.passed and (control.foreseen or control.unseen) for control in self.controls)
        return self.preserved and self.foreseen and not self.undocumented and well

    def to_json(self) -> dict[str, Any]:
        """All fields, and `passed`."""
        return asdict(self) | {"passed": self.passed}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ScenarioResult":
        """The other way round."""
        fields = {name: value for name, value in values.items() if name not in {"passed", "controls"}}
        return cls(**fields, controls=[ControlResult(**control) for control in values["controls"]])


def collect(labs: Sequence[Lab], *, controls: bool, say: Callable[[str, str], None]) -> list[ScenarioResult]:
    """Verify scenarios, some at a time; results are kept beside each lab. Ctrl-C ends it after the control at hand."""
    stop = threading.Event()

    def one(lab: Lab) -> ScenarioResult:
        with undone(lab):
            return _collect_one(lab, controls_of(lab) if controls else [], say, stop)

    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        # Those that take longest begin first, or one of them would be at it alone while the others are done.
        futures = {lab: pool.submit(one, lab) for lab in sorted(labs, key=_work, reverse=True)}
        try:
            return [futures[lab].result() for lab in labs]
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _work(lab: Lab) -> int:
    return len(controls_of(lab))


def _collect_one(
    lab: Lab, controls: Sequence[Control], say: Callable[[str, str], None], stop: threading.Event
) -> ScenarioResult:
    started = time.monotonic()
    say(lab.scenario.slug, "realip verify from the client")
    answer = verify_scenario(lab)

    def show(control: Control) -> ControlResult | None:
        return None if stop.is_set() else _shown(lab, control, say)

    shown = [show(control) for control in controls if control.alone]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        shown += pool.map(show, (control for control in controls if not control.alone))
    by_name = {each.name: each for each in shown if each}
    found = [by_name[control.name] for control in controls if control.name in by_name]
    result = _result(lab, answer, found, time.monotonic() - started)
    (lab.folder / RESULTS_FILE).write_text(json.dumps(result.to_json(), indent=2))
    return result


def _shown(lab: Lab, control: Control, say: Callable[[str, str], None]) -> ControlResult:
    say(lab.scenario.slug, f"control: {control.title}")
    try:
        outcome = control.run(lab)
    except LabError as problem:
        outcome = Outcome("failed", "", str(problem), passed=False)
    return ControlResult(
        name=control.name,
        title=control.title,
        expected=control.expected,
        verdict=outcome.verdict,
        saw=outcome.saw,
        words=outcome.words,
        passed=outcome.passed,
        predicted=outcome.predicted.to_json() if outcome.predicted else None,
        unseen=control.unseen,
    )


def _result(lab: Lab, answer: Answer, found: list[ControlResult], seconds: float) -> ScenarioResult:
    return ScenarioResult(
        slug=lab.scenario.slug,
        verdict=answer.verdict,
        saw=answer.saw,
        summary=answer.summary,
        exit_code=answer.exit_code,
        command=answer.command,
        pods=answer.report.get("pods", {}),
        seconds=round(seconds, 2),
        undocumented=undocumented(rendered(lab.folder / RENDERED)),
        predicted=answer.predicted.to_json() if answer.predicted else None,
        controls=found,
    )


def kept(lab: Lab) -> ScenarioResult | None:
    """The results of the last `verify`, if it ran all controls."""
    try:
        result = ScenarioResult.from_json(json.loads((lab.folder / RESULTS_FILE).read_text()))
    except FileNotFoundError:
        return None
    return result if len(result.controls) == len(controls_of(lab)) else None
