"""The verdict of a probe: what the application saw against what the caller's own address is.

Nothing here talks to a network. `preserved` needs evidence with the right label, an address that is known to be the
caller's and that nothing inside the cluster could have shown by accident, and an answer that was made for this request;
everything else is told apart as far as the ranges allow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from realip.messages import Message, message
from realip.verify.attempt import Attempt, Kind
from realip.verify.caller import Caller, Own
from realip.verify.evidence import Claim, Evidence, Label, Sighting
from realip.verify.headers import plain
from realip.verify.ip import NAT64, SHARED, Address, contains, parse_address, public, routed_private, shortened
from realip.verify.names import AMBIGUOUS
from realip.verify.reading import Reading
from realip.verify.report import Translator, Verdict
from realip.verify.text import printable

__all__ = ["Judge", "Judgement", "find_trusted_hop"]


@dataclass(frozen=True)
class Judgement:
    """The verdict of one probe."""

    verdict: Verdict
    reason: Message
    by: Translator | None = None
    evidence: Evidence | None = None
    """The evidence that was read, where anything was."""
    believed: str | None = None
    """The header that was believed, where the verdict is `spoofable` for one."""


@dataclass(frozen=True)
class Judge:
    """The knowledge of a run about its caller, its target and the other answers."""

    reading: Reading = field(default_factory=Reading)
    caller: Caller = field(default_factory=Caller)
    nodes: frozenset[Address] = frozenset()
    """Addresses of nodes that the caller named."""
    targets: frozenset[Address] = frozenset()
    hop: int | None = None
    """The element of the header that counts, from the right; None until it is known, which is as 1."""
    hides: bool = False
    """The application leaves the header that is read out of those that it shows."""
    numbered: bool = False
    """Other answers showed the number of their request."""
    echoing: bool = False
    """Other answers showed the claims of their request in the header that is read."""

    shown: bool = False
    """Other answers showed the header that is read."""
    fields: frozenset[str] = frozenset()
    """Fields in which other answers showed an address that nobody claimed."""
    concluded: frozenset[str] = frozenset()
    """Fields of conclusions in which other answers showed the caller's own address."""
    unclaimed: bool = False
    """No answer of all showed a claim or a number."""

    def own(self, attempt: Attempt) -> Own:
        """The caller's own address for an attempt."""
        return self.caller.own(attempt.address, attempt.local)

    def judge(self, attempt: Attempt) -> Judgement:
        """The verdict of a probe."""
        sighting = attempt.sighting
        if attempt.kind is Kind.NODE_PORT and self.reading.header is not None:
            return self._node_port(attempt)
        if sighting is None and attempt.shown:
            return _spoofable(attempt.shown[0])
        if sighting is None:
            # No word from the app is no proof against it: only where nothing answered is it unreachable.
            verdict = Verdict.UNREACHABLE if attempt.transient or not attempt.reached else Verdict.UNKNOWN
            return Judgement(verdict, attempt.problem or message("no_answer"))
        if inside := self.caller.inside(attempt.address, attempt.local):
            return Judgement(Verdict.UNKNOWN, inside)
        if believed := self._believed(sighting):
            return _spoofable(believed)
        if stale := self._stale(sighting):
            return Judgement(Verdict.UNKNOWN, stale)
        evidence, problem = self.evidence(sighting)
        if evidence is None:
            return Judgement(Verdict.UNKNOWN, problem or message("answer_does_not_tell"))
        judgement = self._read(attempt, evidence)
        if judgement.verdict is Verdict.PRESERVED and (doubt := self._doubtful(attempt, sighting)):
            return Judgement(Verdict.UNKNOWN, doubt, evidence=evidence)
        return judgement

    def _believed(self, sighting: Sighting) -> Claim | None:
        """A claim that somebody believed, one in a field that says whose address it is before others."""
        believed = list(sighting.believed)
        # `client-ip` may be the header of that name, unless it names the client in requests that had no such header.
        believed += [
            claim
            for claim in sighting.claims
            if claim.echo
            and not claim.stale
            and claim.field in self.fields
            and plain(claim.field.rpartition(".")[2]) in AMBIGUOUS
        ]
        fields = [each.field for each in (*sighting.conclusions, *sighting.peers)]
        return min(believed, key=lambda claim: claim.field not in fields, default=None)

    def _stale(self, sighting: Sighting) -> Message | None:
        """Why an answer was not made for its request: then it proves one request at most."""
        if sighting.fresh is False or any(claim.stale for claim in sighting.claims):
            return message("cache_of_another")
        if sighting.cached is not None and not sighting.fresh:
            return message("cache_says_so", header=sighting.cached)
        return None

    def _doubtful(self, attempt: Attempt, sighting: Sighting) -> Message | None:
        """Why an answer may not have been made for its request, so that what it shows of us is no proof."""
        if self.numbered and sighting.fresh is None and attempt.kind is Kind.TARGET:
            return message("cache_unnumbered")
        if (
            self.echoing
            and not self.numbered
            and sighting.header is not None
            and any(name == self.reading.header for name, _ in attempt.forgery.headers)
            and not any(claim.header == self.reading.header for claim in sighting.claims)
        ):
            return message("cache_without_claims")
        if sighting.foreign and self.unclaimed:
            return message("cache_of_another")
        return None

    def evidence(self, sighting: Sighting) -> tuple[Evidence | None, Message | None]:
        """The part of an answer that counts, or why nothing does."""
        if sighting.named is not None:
            return sighting.named, None
        if sighting.problem is not None and sighting.header is None:
            return None, sighting.problem
        header = self.reading.header
        if header is None:
            found = (*sighting.peers, *sighting.conclusions)
            return (found[0], None) if found else (None, message("peer_not_shown"))
        if sighting.header is not None:
            return sighting.header, None
        if sighting.shows_headers and not self.hides:
            if sighting.fresh is None and not self.shown:
                return None, message("headers_selected", header=header)
            return Evidence(Label.HEADER, header, ()), None
        chains = [each for each in sighting.conclusions if len(each.values) > 1] if self.hides else []
        if chains or sighting.conclusions:
            return (chains or sighting.conclusions)[0], None
        if sighting.peers:
            return None, message("peer_not_header", field=sighting.peers[0].field, header=header)
        return None, message("header_not_shown", header=header)

    def _read(self, attempt: Attempt, evidence: Evidence) -> Judgement:
        """Judge what was read."""
        header = self.reading.header
        if not evidence.values:
            return Judgement(Verdict.TRANSLATED, message("no_header", header=header), Translator.NO_HEADER, evidence)
        hop = self.position(evidence)
        if len(evidence.values) < hop:
            return Judgement(
                Verdict.TRANSLATED, message("no_element", header=header, hop=hop), Translator.NO_HEADER, evidence
            )
        text = evidence.values[-hop]
        seen = None if header is None and len(evidence.values) > 1 else parse_address(text)
        if seen is None:
            shown = printable(", ".join(evidence.values) if header is None else text, 40)
            return Judgement(
                Verdict.UNKNOWN, message("not_an_address", text=repr(shown), field=evidence.field), evidence=evidence
            )
        claimant = attempt.forgery.owners.get(seen)
        if claimant is not None:
            reason = message("took_claim", header=claimant, field=evidence.field, address=seen)
            return Judgement(Verdict.SPOOFABLE, reason, evidence=evidence, believed=claimant)
        judged = self._compare(attempt, seen, evidence)
        return Judgement(judged.verdict, judged.reason, judged.by, evidence)

    def position(self, evidence: Evidence) -> int:
        """Which element of the evidence counts, from the right."""
        return 1 if evidence.label is not Label.HEADER and len(evidence.values) == 1 else self.hop or 1

    def _node_port(self, attempt: Attempt) -> Judgement:
        """A node port in header mode: whoever reaches it skips the load balancer and writes the header himself."""
        from_outside = routed_private(attempt.address, self.caller.ranges) and any(map(public, self.targets))
        if from_outside and attempt.sighting is None:
            return Judgement(Verdict.UNKNOWN, message("node_port_private", node=attempt.address))
        if not attempt.reached:
            problem = attempt.problem or message("no_answer")
            if attempt.refused or (problem.code == "no_connection_within" and not attempt.cut_short):
                return Judgement(Verdict.UNREACHABLE, message("node_port_closed", problem=problem))
            return Judgement(Verdict.UNKNOWN, message("node_port_not_known", problem=problem))
        if attempt.sighting is None or self.evidence(attempt.sighting)[0] is None:
            problem = attempt.problem or message("answer_does_not_tell")
            return Judgement(Verdict.UNKNOWN, message("node_port_not_the_app", problem=problem))
        inside = self.caller.inside(attempt.address, attempt.local)
        if inside is None and contains(self.caller.ranges.vpc, attempt.local):
            inside = message("in_vpc", local=attempt.local)
        if inside:
            return Judgement(Verdict.UNKNOWN, message("node_port_inside", inside=inside))
        return Judgement(Verdict.SPOOFABLE, message("node_port_open", header=self.reading.header))

    def _compare(self, attempt: Attempt, seen: Address, evidence: Evidence) -> Judgement:
        own = self.own(attempt)
        if seen in own.addresses:
            if worthless := self.caller.worthless(seen, attempt.local, own.learned):
                return Judgement(Verdict.UNKNOWN, worthless)
            if other := self._contradiction(attempt, own, evidence):
                return Judgement(
                    Verdict.UNKNOWN,
                    message(
                        "contradiction", field=evidence.field, other=other.field, saw=printable(other.values[-1], 40)
                    ),
                )
            return Judgement(Verdict.PRESERVED, _saw_own(own, evidence))
        if self.reading.header and any(parse_address(text) in own.addresses for text in evidence.values):
            place = next(
                place for place, text in enumerate(reversed(evidence.values), 1) if parse_address(text) in own.addresses
            )
            return Judgement(
                Verdict.TRANSLATED,
                message("behind_proxy", seen=seen, field=evidence.field, place=place, header=self.reading.header),
                Translator.PROXY,
            )
        if any(seen in shortened(address) for address in own.addresses):
            return Judgement(Verdict.UNKNOWN, message("saw_shortened", seen=seen, field=evidence.field))
        if seen == attempt.local and own.learned != "given":
            why = own.lacking or message("carries_another", learned=message(f"learned_{_key(own.learned)}"))
            return Judgement(Verdict.UNKNOWN, message("saw_socket", seen=seen, why=why))
        if self.caller.client_side_nat(seen, attempt.address, own.learned):
            return Judgement(Verdict.UNKNOWN, message("carrier_nat", seen=seen, family=attempt.family))
        return self._blame(attempt, seen, evidence, own)

    def _blame(self, attempt: Attempt, seen: Address, evidence: Evidence, own: Own) -> Judgement:
        """Whose the address is that the app saw, and is not the caller's."""
        if not (self.reading.header or self.caller.ranges.known) and (
            worthless := self.caller.worthless(seen, attempt.local, own.learned)
        ):
            # In the target's own cluster kube-proxy may put a node's address in, and the load balancer is not asked at all.
            return Judgement(Verdict.UNKNOWN, worthless)
        by = self._translator(attempt, seen)
        if by is Translator.POD_RANGE and not evidence.sure and attempt.sighting and attempt.sighting.pod:
            return Judgement(Verdict.UNKNOWN, message("saw_pods_own", seen=seen, field=evidence.field))
        if by:
            name = self.caller.ranges.other(seen) if by is Translator.OTHER else None
            return Judgement(Verdict.TRANSLATED, self._describe(by, seen, evidence, name), by)
        if own.learned:
            code = "saw_other" if own.learned == "given" else "saw_other_hint"
            return Judgement(
                Verdict.TRANSLATED,
                message(code, what=self._describe(Translator.NAT, seen, evidence)),
                Translator.NAT,
            )
        if seen.version != attempt.family and not contains(NAT64, attempt.address):
            reason = message(
                "other_family",
                family=attempt.family,
                seen=seen.version,
                what=self._describe(Translator.NAT, seen, evidence),
            )
            return Judgement(Verdict.TRANSLATED, reason, Translator.NAT)
        if public(attempt.address) and routed_private(seen, self.caller.ranges):
            reason = message("no_clients_address", what=self._describe(Translator.NAT, seen, evidence))
            return Judgement(Verdict.TRANSLATED, reason, Translator.NAT)
        return Judgement(Verdict.UNKNOWN, message("saw_unknown", seen=seen, field=evidence.field, why=own.lacking))

    def _contradiction(self, attempt: Attempt, own: Own, read: Evidence) -> Evidence | None:
        """A field that says of the client what cannot be true as well."""
        sighting = attempt.sighting
        if sighting is None or sighting.named is not None:
            return None
        beside_header = self.reading.header is not None
        for each in sighting.conclusions if beside_header else (*sighting.peers, *sighting.conclusions):
            address = _sure_address(each)
            if each is read or address is None or address in own.addresses:
                continue
            if not (beside_header and self._may_be_peer(address, each, sighting, read)):
                return each
        return None

    def _may_be_peer(self, address: Address, conclusion: Evidence, sighting: Sighting, read: Evidence) -> bool:
        """Beside a header, what an application calls its client may be its socket's peer, where it always calls that so.

        A peer that the answer does not show is none that the header names: who passes a request on writes down whom it is from.
        """
        if conclusion.field in self.concluded:
            return False
        if sighting.peers:
            return address in {parse_address(text) for peer in sighting.peers for text in peer.values}
        return address not in map(parse_address, read.values)

    def _translator(self, attempt: Attempt, seen: Address) -> Translator | None:
        """Whose address it is that the app saw, as far as the ranges tell; never the caller's own."""
        ranges = self.caller.ranges
        if seen == attempt.address and seen != attempt.local:
            return Translator.LOAD_BALANCER
        if seen in self.nodes:
            return Translator.NODE
        if seen in SHARED:
            # A caller of a private network may be in the shared range himself.
            own = contains((SHARED,), attempt.local) and not public(attempt.address)
            return None if own else Translator.SHARED
        if contains(NAT64, seen):
            return Translator.NAT
        kinds = (
            (ranges.nodes, Translator.NODE),
            (ranges.pods, Translator.POD_RANGE),
            (ranges.services, Translator.SERVICE_RANGE),
        )
        known = next((by for networks, by in kinds if contains(networks, seen)), None)
        if known is None and ranges.other(seen):
            return Translator.OTHER
        if known is None and contains(ranges.vpc, seen):
            return Translator.VPC
        return known or (Translator.LOOPBACK if seen.is_loopback else None)

    def _describe(self, by: Translator, seen: Address, evidence: Evidence, name: str | None = None) -> Message:
        whose = message("whose_other", name=name) if name else message(f"whose_{by.name.lower()}")
        return message("saw_instead", seen=seen, field=evidence.field, whose=whose)


def _key(learned: str | None) -> str:
    return (learned or "nothing").replace(" ", "_")


def _sure_address(evidence: Evidence) -> Address | None:
    """The one address of evidence whose field says surely whose it is."""
    return parse_address(evidence.values[0]) if evidence.sure and len(evidence.values) == 1 else None


def _saw_own(own: Own, evidence: Evidence) -> Message:
    learned = message(f"learned_{_key(own.learned)}")
    return message("saw_own", learned=learned, field=evidence.field)


def _spoofable(claim: Claim) -> Judgement:
    reason = message("believed", header=claim.header, address=claim.address, field=claim.field)
    return Judgement(Verdict.SPOOFABLE, reason, believed=claim.header)


def find_trusted_hop(judge: Judge, attempts: Iterable[Attempt]) -> int | None:
    """The element of the header, counted from the right, that is the caller's in every probe.

    Forged elements come in different numbers, so a position that a client can shift or fill never holds in all of them;
    one that was seen with a single number of them only is not known to hold. None if there is no such position, or nothing
    to compare with.
    """
    positions: set[int] | None = None
    numbers: set[int] = set()
    for attempt in attempts:
        evidence = judge.evidence(attempt.sighting)[0] if attempt.sighting else None
        own = judge.own(attempt).addresses
        if evidence is None or not own:
            continue
        found = {hop for hop, text in enumerate(reversed(evidence.values), 1) if parse_address(text) in own}
        positions = found if positions is None else positions & found
        sent = [value for name, value in attempt.forgery.headers if name == judge.reading.header]
        numbers.add(sum(value.count(",") + 1 for value in sent))
    hop = min(positions, default=None) if positions else None
    return hop if hop == 1 or len(numbers) > 1 else None
