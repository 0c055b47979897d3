"""What the audit foretells, as a verdict that packets can contradict: a lenient one would make the lab prove nothing."""

import pytest

from lab.proof.controls import CONTROLS
from lab.proof.prediction import Prediction


def prediction(sees: str, reads: str | None, app_reads: str, *, forgeable: bool | None = False) -> Prediction:
    return Prediction("Service shop/web", sees, reads, forgeable, app_reads)


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        (prediction("client", "socket", "socket"), {"preserved"}),
        (prediction("node", "socket", "socket"), {"translated"}),
        (prediction("proxy", "socket", "socket"), {"translated"}),
        (prediction("nobody", None, "socket", forgeable=None), {"no address", "unreachable"}),
        (prediction("unknown", None, "socket", forgeable=None), set()),
        (prediction("client", "x-forwarded-for", "socket", forgeable=True), {"translated"}),
        (prediction("client", "socket", "x-forwarded-for"), {"spoofable"}),
        (prediction("client", "x-forwarded-for", "x-forwarded-for", forgeable=True), {"spoofable"}),
        (prediction("client", "x-forwarded-for", "x-forwarded-for", forgeable=None), {"preserved", "spoofable"}),
    ],
)
def test_each_prediction_is_a_verdict(found: Prediction, verdicts: set[str]) -> None:
    assert found.verdicts == verdicts
    assert Prediction.from_json(found.to_json()) == found


def test_a_control_that_the_audit_does_not_foretell_says_why() -> None:
    assert all(len(control.unseen.split()) > 5 for control in CONTROLS if control.unseen)
