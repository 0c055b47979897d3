"""The verdict of a probe: what the application saw against what the caller's own address is.

Nothing here talks to a network. `preserved` needs an address that is known to be the caller's and that nothing inside
the cluster could have shown by accident; everything else is told apart as far as the ranges allow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network

from realip.reads import Reads
from realip.verify.answers import Sighting, printable
from realip.verify.ip import SHARED, Address, Ranges, contains, parse_address, public, routed_private
from realip.verify.report import Translator, Verdict

__all__ = ["Attempt", "Judge", "Judgement", "Own", "find_trusted_hop"]

_NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052: what a NAT64 makes of an IPv4 address."""


@dataclass(frozen=True)
class Attempt:
    """One request and what came of it."""

    kind: str
    """`target` or `node port`."""
    address: Address
    """What was connected to."""
    port: int
    kept: bool
    """Whether the connection had carried a request before."""
    forged: tuple[Address, ...]
    local: Address | None = None
    reached: bool = False
    """Whether a connection was made."""
    status: int | None = None
    sighting: Sighting | None = None
    problem: str | None = None
    """Why there is no sighting, as words for a person."""
    transient: bool = False
    """Whether a target that is still coming up would answer so."""
    refused: bool = False
    milliseconds: float = 0.0
    tries: int = 1

    @property
    def family(self) -> int:
        """4 or 6."""
        return self.address.version


@dataclass(frozen=True)
class Own:
    """What is known of the caller's own address for one probe."""

    addresses: frozenset[Address] = frozenset()
    learned: str | None = None
    """`given`, `echo service` or `local socket`."""
    lacking: str = ""
    """Why nothing is known, and the remedy."""


@dataclass(frozen=True)
class Judgement:
    """The verdict of one probe."""

    verdict: Verdict
    reason: str
    by: Translator | None = None


@dataclass(frozen=True)
class Judge:
    """What a run knows about its caller and its stack."""

    reads: Reads
    ranges: Ranges = field(default_factory=Ranges)
    given: frozenset[Address] = frozenset()
    echoed: dict[int, frozenset[Address]] = field(default_factory=dict)
    """What the echo service answered, by family."""
    nodes: frozenset[Address] = frozenset()
    """Addresses of nodes that the caller named."""
    in_pod: bool = False
    hop: int | None = None
    """The element of `X-Forwarded-For` that counts, from the right; None until it is known, which is as 1."""

    def own(self, attempt: Attempt) -> Own:
        """The caller's own address, as the target has to see it."""
        given = frozenset(address for address in self.given if address.version == attempt.family)
        if given:
            return Own(self.given, "given")
        kind = self._kind(attempt.address)
        echoed = self.echoed.get(attempt.family, frozenset())
        # On another kind of network the caller may have another address; a target on this machine is only a test.
        same = frozenset(address for address in echoed if kind in {self._kind(address), "this machine"})
        if same:
            return Own(self.given | same, "echo service")
        mine = self.given | {address for address in echoed if public(address)}
        if (local := attempt.local) is None:
            return Own(mine, lacking="the connection has no local address to compare with")
        if public(local) or kind == self._kind(local) == "private":
            return Own(mine | {local}, "local socket")
        if attempt.address.is_loopback:
            why = f"the target is on this machine, where {local} says nothing about a client"
        elif kind == "public":
            why = f"you are behind NAT ({local} is not the address that the internet sees)"
        else:
            why = f"your socket's address {local} is not one that the target's network routes"
        return Own(
            mine,
            lacking=f"{why}: name your IPv{attempt.family} address with --expect, or a service that tells it with --echo",
        )

    def _kind(self, address: Address) -> str:
        """What kind of network an address belongs to: what one of them sees says nothing about another."""
        if routed_private(address, self.ranges):
            return "private"
        if public(address):
            return "public"
        return "this machine" if address.is_loopback else "other"

    def inside(self, attempt: Attempt) -> str | None:
        """Why a probe from here proves nothing: it comes from inside the cluster. None if it may prove something."""
        part = self.ranges.inside_cluster(attempt.local)
        if part:
            return f"you ask from inside the cluster ({attempt.local} is in its {part}), where packets may never pass the load balancer: ask from outside"
        if contains(self.ranges.services, attempt.address):
            return f"{attempt.address} is in the cluster's service range, which no client outside reaches: ask the load balancer"
        return None

    def judge(self, attempt: Attempt) -> Judgement:
        """The verdict of a probe."""
        sighting = attempt.sighting
        if attempt.kind == "node port" and self.reads is Reads.X_FORWARDED_FOR:
            return self._node_port(attempt)
        if sighting is None:
            # No word from the app is no proof against it: only where nothing answered is it unreachable.
            verdict = Verdict.UNREACHABLE if attempt.transient or not attempt.reached else Verdict.UNKNOWN
            return Judgement(verdict, attempt.problem or "no answer")
        if inside := self.inside(attempt):
            return Judgement(Verdict.UNKNOWN, inside)
        if sighting.values is None:
            return Judgement(Verdict.UNKNOWN, sighting.problem or "the answer does not tell")
        if sighting.believed is not None and parse_address(sighting.believed) in attempt.forged:
            return Judgement(Verdict.SPOOFABLE, "the app believes a forged header")
        if not sighting.values:
            return Judgement(Verdict.TRANSLATED, "the app got no X-Forwarded-For", Translator.NO_HEADER)
        hop = self.hop or 1
        if len(sighting.values) < hop:
            return Judgement(
                Verdict.TRANSLATED, f"X-Forwarded-For has no element {hop} from the right", Translator.NO_HEADER
            )
        text = sighting.values[-hop]
        seen = parse_address(text)
        if seen is None:
            return Judgement(Verdict.UNKNOWN, f"{printable(text, 40)!r} is not an address")
        if seen in attempt.forged:
            return Judgement(Verdict.SPOOFABLE, "the app takes an address of a forged header for the client's")
        return self._compare(attempt, seen)

    def _node_port(self, attempt: Attempt) -> Judgement:
        """A node port in header mode: whoever reaches it skips the load balancer and writes the header himself."""
        if not attempt.reached:
            return Judgement(Verdict.UNREACHABLE, f"closed from here, as it has to be ({attempt.problem})")
        inside = self.inside(attempt)
        if inside is None and contains(self.ranges.vpc, attempt.local):
            inside = f"{attempt.local} is in the stack's VPC, so this says nothing about callers outside it"
        if inside:
            return Judgement(Verdict.UNKNOWN, f"the node port answers, but {inside}")
        return Judgement(
            Verdict.SPOOFABLE,
            "the node port answers from here: whoever reaches it skips the load balancer and writes X-Forwarded-For himself; close it in the nodes' security group",
        )

    def _compare(self, attempt: Attempt, seen: Address) -> Judgement:
        own = self.own(attempt)
        if seen in own.addresses:
            if self.in_pod and not self.ranges.known and not public(seen) and not seen.is_loopback:
                return Judgement(
                    Verdict.UNKNOWN,
                    "you ask from a pod: if it is one of the same cluster this proves nothing; ask from outside, or give the cluster's ranges with --range",
                )
            return Judgement(
                Verdict.PRESERVED, f"the app saw your own address{f' ({own.learned})' if own.learned else ''}"
            )
        if seen == attempt.local and own.learned != "given":
            why = (
                own.lacking or f"the {own.learned} says that packets which leave here carry another: you may be inside"
            )
            return Judgement(Verdict.UNKNOWN, f"the app saw your socket's own {seen}, but {why}")
        if by := self._translator(attempt, seen):
            return Judgement(Verdict.TRANSLATED, _describe(by, seen), by)
        if own.learned:
            hint = "" if own.learned == "given" else "; if a NAT is on your own side, name your address with --expect"
            return Judgement(Verdict.TRANSLATED, f"{_describe(Translator.NAT, seen)}{hint}", Translator.NAT)
        if seen.version != attempt.family:
            reason = f"you asked over IPv{attempt.family} and the app saw IPv{seen.version}"
            return Judgement(Verdict.TRANSLATED, f"{reason}: {_describe(Translator.NAT, seen)}", Translator.NAT)
        if public(attempt.address) and routed_private(seen, self.ranges):
            reason = "a private address, which no client of a public target has"
            return Judgement(Verdict.TRANSLATED, f"{_describe(Translator.NAT, seen)} ({reason})", Translator.NAT)
        return Judgement(Verdict.UNKNOWN, f"the app saw {seen}, but {own.lacking}")

    def _translator(self, attempt: Attempt, seen: Address) -> Translator | None:
        """Whose address it is that the app saw, as far as the ranges tell; never the caller's own."""
        if seen == attempt.address and seen != attempt.local:
            return Translator.LOAD_BALANCER
        if seen in self.nodes:
            return Translator.NODE
        if seen in SHARED:
            # A caller of a private network may be in the shared range himself.
            own = contains((SHARED,), attempt.local) and not public(attempt.address)
            return None if own else Translator.SHARED
        if seen in _NAT64:
            return Translator.NAT
        kinds = (
            (self.ranges.nodes, Translator.NODE),
            (self.ranges.pods, Translator.POD_RANGE),
            (self.ranges.services, Translator.SERVICE_RANGE),
            (self.ranges.vpc, Translator.VPC),
        )
        known = next((by for networks, by in kinds if contains(networks, seen)), None)
        return known or (Translator.LOOPBACK if seen.is_loopback else None)


_WORDS = {
    Translator.NODE: "a node's",
    Translator.LOAD_BALANCER: "the load balancer's",
    Translator.POD_RANGE: "one of the pod range",
    Translator.SERVICE_RANGE: "one of the service range",
    Translator.VPC: "another one of the VPC",
    Translator.SHARED: "one of 100.64.0.0/10, which carriers' NATs and some load balancers use",
    Translator.LOOPBACK: "that of a proxy beside it",
    Translator.NAT: "that of a NAT in between",
}


def _describe(by: Translator, seen: Address) -> str:
    return f"the app saw {seen} instead of your address: {_WORDS[by]}"


def find_trusted_hop(judge: Judge, attempts: Iterable[Attempt]) -> int | None:
    """The element of `X-Forwarded-For`, counted from the right, that is the caller's in every probe.

    Forged elements come in different numbers, so a position that a client can shift or fill never holds in all of them.
    None if there is no such position, or nothing to compare with.
    """
    positions: set[int] | None = None
    for attempt in attempts:
        values: Sequence[str] | None = attempt.sighting.values if attempt.sighting else None
        own = judge.own(attempt).addresses
        if values is None or not own:
            continue
        found = {hop for hop, text in enumerate(reversed(values), 1) if parse_address(text) in own}
        positions = found if positions is None else positions & found
    return min(positions, default=None) if positions else None
