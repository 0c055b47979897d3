"""Whether `realip verify` is ever fooled, and whether it recognizes what is right: thousands of worlds, one verdict each."""

from collections import Counter

from tests.soundness.examining import Answer, examine
from tests.soundness.generating import make
from tests.soundness.truth import Truth
from tests.support.thoroughness import THOROUGH

WORLDS = 10_000 if THOROUGH else 2000
RECOGNIZED = 0.99
"""The share of worlds that keep the address and have to be told so."""
SHOWN = 5
VERDICTS = {"preserved", "translated", "spoofable", "unreachable", "unknown"}


def test_no_world_that_can_be_fooled_is_called_preserved_and_nearly_all_others_are() -> None:
    answers = examine(range(WORLDS))
    keeping = [answer for answer in answers if answer.truth is Truth.KEEPS]
    missed = [answer for answer in keeping if answer.verdict != "preserved"]
    unsound = [answer for answer in answers if answer.unsound]
    broken = [answer for answer in answers if answer.verdict not in VERDICTS]
    figures = (
        f"{len(answers) - len(keeping)} worlds in which the client's address does not surely arrive: {len(unsound)} called preserved; "
        f"{len(keeping)} worlds that keep it: {len(keeping) - len(missed)} called preserved"
    )
    print(figures)
    assert len(answers) == WORLDS
    # A generator that makes one kind only would prove nothing.
    kinds = Counter(answer.truth for answer in answers)
    assert min(kinds[kind] for kind in Truth if kind is not Truth.OPEN) >= WORLDS // 50
    assert not broken, _told(broken)
    assert not unsound, f"{figures}\n{_told(unsound)}"
    assert len(keeping) - len(missed) >= RECOGNIZED * len(keeping), f"{figures}\n{_told(missed)}"


def _told(answers: list[Answer]) -> str:
    return "\n".join(
        f"world {answer.number} ({answer.truth}): {answer.verdict}: {answer.summary}\n  {make(answer.number)}"
        for answer in answers[:SHOWN]
    )
