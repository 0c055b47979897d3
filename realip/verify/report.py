"""The findings of a verification: verdicts, rows, one sentence, and the JSON that programs read."""

import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from realip.messages import Message, english

__all__ = ["EXIT_CODES", "Caller", "ProbeRow", "Report", "Rollout", "Translator", "Verdict"]


class Verdict(StrEnum):
    """The verdict of a probe, or of the whole run, on the client's address."""

    PRESERVED = "preserved"
    TRANSLATED = "translated"
    SPOOFABLE = "spoofable"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


class Translator(StrEnum):
    """Whose address the application saw in place of the client's."""

    NODE = "node"
    LOAD_BALANCER = "load balancer"
    NAT = "NAT"
    POD_RANGE = "pod range"
    SERVICE_RANGE = "service range"
    VPC = "VPC"
    SHARED = "100.64.0.0/10"
    LOOPBACK = "loopback"
    NO_HEADER = "no header"
    PROXY = "proxy"
    OTHER = "other range"


EXIT_CODES = {
    Verdict.PRESERVED: 0,
    Verdict.TRANSLATED: 1,
    Verdict.SPOOFABLE: 1,
    Verdict.UNREACHABLE: 3,
    Verdict.UNKNOWN: 3,
}


@dataclass(frozen=True)
class ProbeRow:
    """One probe and its verdict."""

    kind: str
    """`target`, `node port`, or what an extra request tried: `PROXY protocol v1` and the like."""
    family: int
    """4 or 6: the addresses that it went over."""
    endpoint: str
    """Address and port that it connected to."""
    connection: str
    """`new` or `kept`."""
    forged: tuple[str, ...]
    """The addresses that it claimed in the header that is read (`X-Forwarded-For` in socket mode), or otherwise if not there;
    none if it forged nothing."""
    local: str | None
    """The local address of its socket."""
    status: int | None
    """The HTTP status of the answer."""
    saw: str | None
    """The address that the application saw or the header that it got, as the application wrote it."""
    field: str | None
    """Where the answer has that: `client_ip`, `headers.X-Forwarded-For`, `the whole answer`."""
    label: str | None
    """The label that the answer gives it: `header`, `socket peer` or `conclusion`."""
    verdict: Verdict
    by: Translator | None
    """Whose address it is instead, where the verdict is `translated`."""
    believed: str | None
    """The forged header that was believed, where the verdict is `spoofable` for one."""
    why: Message
    """The reason of the verdict, as data."""
    pod: str | None
    tries: int
    """How many requests were sent until one was answered, this one included."""
    milliseconds: float

    @property
    def reason(self) -> str:
        """The reason of the verdict, in English."""
        return english(self.why)

    def to_json(self) -> dict[str, Any]:
        """The row as JSON has it."""
        return {
            "kind": self.kind,
            "family": f"IPv{self.family}",
            "endpoint": self.endpoint,
            "connection": self.connection,
            "forged": list(self.forged),
            "local": self.local,
            "status": self.status,
            "saw": self.saw,
            "field": self.field,
            "label": self.label,
            "verdict": self.verdict.value,
            "by": self.by.value if self.by else None,
            "believed": self.believed,
            "reason": self.reason,
            "pod": self.pod,
            "tries": self.tries,
            "milliseconds": round(self.milliseconds, 1),
        }


@dataclass(frozen=True)
class Caller:
    """The address taken for the caller's own, for one family of addresses, and how it was learned."""

    family: int
    addresses: tuple[str, ...]
    learned: str | None
    """`given`, `echo service` or `local socket`; None where there was nothing to compare with."""


@dataclass(frozen=True)
class Rollout:
    """The fate of the requests that were sent while a rollout ran."""

    seconds: float
    requests: int
    answered: int
    refused: int
    lost: int
    """Reset, timed out or answered by a gateway in place of the application."""
    longest_gap: float
    """Seconds; the longest time without any answer from the application."""
    examples: tuple[Message, ...]
    """Why requests were refused or lost, each reason once."""


@dataclass(frozen=True)
class Report:
    """The result of a verification."""

    verdict: Verdict
    sentence: Message
    """One sentence for a person who has not read the rows, as data."""
    url: str
    reads: str
    """`socket peer`, or the name of the header that the application reads."""
    method: str
    stack: str | None
    probes: tuple[ProbeRow, ...]
    extras: tuple[ProbeRow, ...]
    """Requests that a healthy target may refuse, and what came of them."""
    forged_headers: tuple[str, ...]
    """Every header that was forged in the run."""
    caller: tuple[Caller, ...]
    pods: dict[str, int]
    """How often each pod answered, where the application names itself."""
    trusted_hop: int | None
    """Which element of the header, counted from the right, no client can choose; None in socket mode or if unknown."""
    notes: tuple[Message, ...]
    """Notes that change no verdict, as data."""
    rollout: Rollout | None
    seconds: float

    @property
    def summary(self) -> str:
        """The sentence in English."""
        return english(self.sentence)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The notes in English."""
        return tuple(map(english, self.notes))

    @property
    def exit_code(self) -> int:
        """0 preserved, 1 not preserved, 3 cannot tell."""
        return EXIT_CODES[self.verdict]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many probes through the target got which verdict."""
        return Counter(row.verdict for row in self.probes if row.kind == "target")

    def to_json(self) -> dict[str, Any]:
        """The report as plain values; the shape is described in the documentation of `realip verify`."""
        rollout = self.rollout
        return {
            "verdict": self.verdict.value,
            "exitCode": self.exit_code,
            "summary": self.summary,
            "stack": self.stack,
            "url": self.url,
            "reads": self.reads,
            "method": self.method,
            "trustedHop": self.trusted_hop,
            "caller": [
                {"family": f"IPv{caller.family}", "addresses": list(caller.addresses), "learned": caller.learned}
                for caller in self.caller
            ],
            "counts": {verdict.value: self.counts.get(verdict, 0) for verdict in Verdict},
            "pods": self.pods,
            "probes": [row.to_json() for row in self.probes],
            "extras": [row.to_json() for row in self.extras],
            "forgedHeaders": list(self.forged_headers),
            "rollout": rollout
            and {
                "seconds": round(rollout.seconds, 3),
                "requests": rollout.requests,
                "answered": rollout.answered,
                "refused": rollout.refused,
                "lost": rollout.lost,
                "longestGapSeconds": round(rollout.longest_gap, 3),
                "examples": list(map(english, rollout.examples)),
            },
            "warnings": list(self.warnings),
            "notes": [{"code": note.code, "text": english(note)} for note in self.notes],
            "seconds": round(self.seconds, 3),
        }

    def to_json_text(self) -> str:
        """The JSON as text: ASCII only, so that nothing in it can move a terminal's cursor."""
        return json.dumps(self.to_json(), indent=2)
