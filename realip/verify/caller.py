"""The caller's own address, as the target has to see it, and when asking from here proves nothing."""

from dataclasses import dataclass, field

from realip.messages import Message, message
from realip.verify.ip import BRIDGES, NAT64, SHARED, Address, Ranges, contains, public, routed_private

__all__ = ["Caller", "Learned", "Own"]

GIVEN, ECHOED, SOCKET = "given", "echo service", "local socket"
Learned = str


@dataclass(frozen=True)
class Own:
    """Facts about the caller's own address for one probe."""

    addresses: frozenset[Address] = frozenset()
    learned: Learned | None = None
    """`given`, `echo service` or `local socket`."""
    lacking: Message | None = None
    """Why nothing is known, and the remedy."""


@dataclass(frozen=True)
class Caller:
    """The knowledge of a run about its caller."""

    ranges: Ranges = field(default_factory=Ranges)
    given: frozenset[Address] = frozenset()
    echoed: dict[int, frozenset[Address]] = field(default_factory=dict)
    """The answers of the echo service, by family."""
    in_pod: bool = False
    sign: str | None = None
    """The sign that this machine is a node of some cluster."""
    itself: frozenset[Address] = frozenset()
    """Addresses of the target that are this machine's own."""

    def own(self, target: Address, local: Address | None) -> Own:
        """The caller's own address, as the target has to see it on a connection from a local address."""
        family = target.version
        given = frozenset(address for address in self.given if address.version == family)
        if given:
            return Own(self.given, GIVEN)
        kind = self._kind(target)
        echoed = self.echoed.get(family, frozenset())
        # On another kind of network the caller may have another address; a target on this machine is only a test.
        same = frozenset(address for address in echoed if kind in {self._kind(address), "this machine"})
        if same:
            return Own(self.given | same, ECHOED)
        mine = self.given | {address for address in echoed if public(address)}
        if local is None:
            return Own(mine, lacking=message("own_no_socket"))
        if contains(BRIDGES, local):
            why = message("own_bridge", local=local)
        elif contains(NAT64, target):
            why = message("own_nat64", target=target)
        elif public(local) or kind == self._kind(local) == "private":
            return Own(mine | {local}, SOCKET)
        elif target.is_loopback:
            why = message("own_loopback", local=local)
        elif kind == "public":
            why = message("own_behind_nat", local=local)
        else:
            why = message("own_not_routed", local=local)
        return Own(mine, lacking=message("own_lacking", why=why, family=family))

    def _kind(self, address: Address) -> str:
        """The kind of network that an address belongs to: what one of them sees says nothing about another."""
        if routed_private(address, self.ranges):
            return "private"
        if public(address):
            return "public"
        return "this machine" if address.is_loopback else "other"

    def inside(self, target: Address, local: Address | None) -> Message | None:
        """Why a request from here proves nothing: it comes from inside the cluster, or goes to this machine itself."""
        part = self.ranges.inside_cluster(local)
        if part:
            return message("inside_range", local=local, part=message(f"part_{part}"))
        if contains(self.ranges.services, target):
            return message("target_is_service", target=target)
        if not target.is_loopback and (target in self.itself or target == local):
            return message("target_is_itself", target=target)
        return None

    def worthless(self, seen: Address, local: Address | None, learned: Learned | None) -> Message | None:
        """Why it proves nothing that the application saw an address of ours; None if it is a proof."""
        part = self.ranges.inside_cluster(seen)
        if part:
            return message("seen_inside", seen=seen, part=message(f"part_{part}"))
        if self.ranges.known or seen.is_loopback or not (self.in_pod or self.sign):
            return None
        # Packets from a pod or node need not pass the load balancer; only an address that others gave them can tell.
        if public(seen) and seen != local and learned != SOCKET:
            return None
        return message("in_some_pod") if self.in_pod else message("on_some_node", sign=self.sign)

    def client_side_nat(self, seen: Address, target: Address, learned: Learned | None) -> bool:
        """A carrier's NAT on the caller's own side would have shown this address as well."""
        return seen in SHARED and not public(target) and learned != GIVEN
