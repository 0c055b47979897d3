"""The forgeries of a client, and a ledger of them: every claimed address is told apart by the request and header that made it."""

import random
import secrets
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_network
from itertools import cycle

from realip.verify.headers import CLIENT_HEADERS, FORWARDED_FOR, ClientHeader, Form, known_header
from realip.verify.ip import Address, Network, networks

__all__ = ["ADDRESS_CLASSES", "NONCE_HEADER", "SHAPES", "USER_AGENT", "Forger", "Forgery", "Ledger", "Shape", "Turn"]

USER_AGENT = "realip-verify"
NONCE_HEADER = "Realip-Probe"
"""Carries a number that no other request has: an answer that shows another one was made for another request."""

ADDRESS_CLASSES: tuple[tuple[str, tuple[Network, ...]], ...] = (
    # IANA's special-purpose registry has these as globally reachable, yet no machine is behind them: RFC 7534, 7535, 7450.
    ("globally reachable", networks("192.31.196.0/24", "192.175.48.0/24", "192.52.193.0/24")),
    ("documentation", networks("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    ("private", networks("10.0.0.0/8", "172.16.0.0/12")),
    ("shared", networks("100.64.0.0/10")),
    ("reserved", networks("240.0.0.0/5")),
    ("IPv6 globally reachable", networks("2620:4f:8000::/48")),
    ("IPv6 of nobody", networks("2001:db8::/32", "fd00::/8")),
    ("of one host or link, or of a laboratory", networks("127.128.0.0/9", "198.18.0.0/15", "169.254.128.0/17")),
)
"""Kinds of addresses that libraries treat apart, and networks of each in which nobody is met. One that skips
documentation ranges believes the first kind; one that believes private hops only, the third."""

_LAST_RESORT = networks("240.0.0.0/5")
_FULL = 0.7
"""The share of a kind's addresses that are claimed at the same time at most."""
_SMALL = 1 << 17
"""Addresses; a network of up to so many is left alone where anything real is in it: its neighbours may be real too."""
_MOST_REMEMBERED = 4_000
"""Claims of a kind in the ledger; older ones are forgotten, so that a long run stays small."""


@dataclass(frozen=True)
class Shape:
    """The shape of one forged request."""

    classes: tuple[int, ...]
    """Which kind of address each element of the chain is, from left to right; OWN stands for the caller's own."""
    lines: int = 1
    """Lines of the header that the elements are spread over."""
    crowd: bool = True
    """All headers of the catalogue are sent, or only the one that is read: some programs refuse contradictions,
    and would believe one header alone."""
    underscored: bool = False
    """The spellings with underscores are sent. A program that takes '-' and '_' for one would see two spellings as
    one list, which is no address: no crowd has both."""
    common: bool = False
    """All headers claim addresses of the kind that most programs believe."""


_FORWARDED = ("for={}", "for={};proto=http", "For={};by=_hidden", "proto=http;for={}")
"""RFC 7239, 4: the order of the pairs is free, and their names are in any case."""
OWN = -1
SHAPES = (
    Shape((0,)),
    Shape((0, OWN, 0), crowd=False, underscored=True),
    Shape((0, 0), lines=2),
    Shape((1,)),
    Shape((2,)),
    Shape((3,)),
    Shape((5,)),
    Shape((4,)),
    Shape((0,), crowd=False),
    Shape((6,)),
    Shape((7,)),
    Shape((0, 1, 2, 3, 4, 5, 6, 0)),
)
"""Positions from either end shift between them, and each kind of address stands alone in one. In the crowds of 20 probes and
their extras each header claims every kind."""
_CROWDS = [place for place, shape in enumerate(SHAPES) if shape.crowd]
_OTHERS = [place for place, shape in enumerate(SHAPES) if not shape.crowd]
_LATE = Shape((0, 0), common=True)
"""Two elements, of which programs take either, from either side; a header of one address has one."""


class Turn(Enum):
    """The shapes that take turns."""

    ALL = tuple(range(len(SHAPES)))
    """Over any connection."""
    NEW = tuple(_CROWDS)
    """Over new connections, where kept ones have the rest: a pod without a name may answer one in four of them, and what that
    one forges is to be every header."""
    KEPT = (*_OTHERS, *_CROWDS)
    """Over connections that are kept."""


@dataclass(frozen=True)
class Forgery:
    """The claims of one request."""

    probe: int
    nonce: str
    headers: tuple[tuple[str, str], ...] = ()
    owners: Mapping[Address, str] = field(default_factory=dict)
    """The header that claims each address; the caller's own address is not among them."""
    chain: tuple[str, ...] = ()
    """The addresses in the header that is read, from left to right, the caller's own too."""
    shape: str = ""
    """Which shape it has; empty for a request without claims."""
    crowd: bool = False
    """All headers of the catalogue are claimed."""

    @property
    def forged(self) -> bool:
        """Anything is claimed."""
        return bool(self.owners)


class Ledger:
    """Who claimed which address last, and addresses that were not claimed yet."""

    def __init__(self, real: Iterable[Address | Network]) -> None:
        """`real` are addresses and networks that occur in earnest, which a forgery must not hit."""
        self._taken = [ip_network(item) for item in real]
        self._claims: dict[Address, tuple[int, str]] = {}
        self._texts: dict[str, Address] = {}
        self._random = random.Random()  # noqa: S311 - nothing secret
        self._classes = [self._free(members) or _LAST_RESORT for _, members in ADDRESS_CLASSES]
        self._of_class: list[deque[Address]] = [deque() for _ in self._classes]

    def _free(self, members: Sequence[Network]) -> tuple[Network, ...]:
        """Small networks in which nothing real is; of large ones only the real addresses are left out."""
        return tuple(
            network
            for network in members
            if sum(min(taken.num_addresses, network.num_addresses) for taken in self._taken if _overlap(network, taken))
            <= (0 if network.num_addresses <= _SMALL else network.num_addresses // 2)
        )

    def claim(self, probe: int, header: str, kind: int) -> Address:
        """An address of that kind that only this request and header have claimed of late."""
        kind %= len(self._classes)
        pool, claimed = self._classes[kind], self._of_class[kind]
        if len(claimed) >= _FULL * sum(network.num_addresses for network in pool):
            # The pool is used up: the claim of longest ago is over.
            address = claimed.popleft()
        else:
            address = self._fresh(pool)
        claimed.append(address)
        self._claims[address] = (probe, header)
        self._texts[str(address)] = address
        if len(claimed) > _MOST_REMEMBERED:
            forgotten = claimed.popleft()
            self._claims.pop(forgotten, None)
            self._texts.pop(str(forgotten), None)
        return address

    def _fresh(self, pool: Sequence[Network]) -> Address:
        while True:
            network = self._random.choice(pool)
            address = network[self._random.randrange(1, min(network.num_addresses, 1 << 64) - 1)]
            if address not in self._claims and not any(address in taken for taken in self._taken):
                return address

    def written(self, text: str) -> Address | None:
        """The claimed address that is written so, None if it is none; for IPv4, which has one spelling."""
        return self._texts.get(text)

    def owner(self, address: Address) -> tuple[int, str] | None:
        """The request and header that claimed an address, None if none did."""
        return self._claims.get(address)


class Forger:
    """Makes requests' claims, in turning shapes."""

    def __init__(self, ledger: Ledger, reads: str | None, own: Sequence[Address] = ()) -> None:
        """`reads` is the header that the application reads, None for its socket; `own` the caller's addresses, if known."""
        self.ledger, self._own = ledger, own
        self._chains = dict.fromkeys((reads or FORWARDED_FOR, FORWARDED_FOR))
        """The headers that are forged in all shapes, the one that is read first."""
        self._probes = self._crowds = 0
        self._turns = {turn: cycle(turn.value) for turn in Turn}

    @property
    def names(self) -> tuple[str, ...]:
        """Every header that a crowd forges."""
        return tuple(dict.fromkeys((*self._chains, *(header.name for header in CLIENT_HEADERS))))

    def plain(self) -> Forgery:
        """A request that claims nothing."""
        self._probes += 1
        return Forgery(self._probes, secrets.token_hex(8))

    def make(self, turn: Turn = Turn.ALL) -> Forgery:
        """The next shape of a turn."""
        number = next(self._turns[turn])
        return self.of(SHAPES[number], str(number))

    def late(self) -> Forgery:
        """The shape for the last request of a connection, which stands for all that come so late."""
        return self.of(_LATE, "late")

    def of(self, shape: Shape, name: str) -> Forgery:
        """A request of a certain shape."""
        made = self.plain()
        owners: dict[Address, str] = {}
        headers: list[tuple[str, str]] = []
        first: tuple[str, ...] = ()
        for chain in self._chains:
            texts = self._chain(made.probe, chain, shape, owners)
            first = first or tuple(map(str, texts))
            headers += _lines(chain, texts, shape.lines, made.probe)
        for place, header in self._others(shape):
            kind = 0 if shape.common or shape.underscored else self._crowds + place
            headers.append((header.name, self._single(made.probe, header, kind, owners)))
        self._crowds += shape.crowd and not shape.common
        return Forgery(made.probe, made.nonce, tuple(headers), owners, first, name, shape.crowd)

    def _others(self, shape: Shape) -> Iterator[tuple[int, ClientHeader]]:
        """The headers of a shape beside the chains, each with its place in the catalogue."""
        for place, header in enumerate(CLIENT_HEADERS):
            wanted = shape.underscored if "_" in header.name else shape.crowd
            if wanted and header.name not in self._chains:
                yield place, header
        read = next(iter(self._chains)).replace("-", "_")
        if shape.underscored and "_" in read and known_header(read) is None and read not in self._chains:
            yield 0, ClientHeader(read, Form.ONE, "the header that is read")

    def address(self, probe: int, header: str, owners: dict[Address, str], kind: int = 0) -> Address:
        """A claimed address, noted in the ledger and among the owners."""
        address = self.ledger.claim(probe, header, kind)
        owners[address] = header
        return address

    def _chain(self, probe: int, header: str, shape: Shape, owners: dict[Address, str]) -> list[Address]:
        known = known_header(header)
        one = shape.common and known is not None and known.form not in {Form.LIST, Form.FORWARDED}
        kinds = shape.classes[:1] if one else shape.classes
        return [
            self._own[0] if kind == OWN and self._own else self.address(probe, header, owners, max(kind, 0))
            for kind in kinds
        ]

    def _single(self, probe: int, header: ClientHeader, kind: int, owners: dict[Address, str]) -> str:
        return _written(self.address(probe, header.name, owners, kind), header.form, probe)


def _written(address: Address, form: Form, probe: int) -> str:
    """An address as a header of that form has it; the ways to write `Forwarded` take turns."""
    if form is Form.PORT:
        return f"[{address}]:46532" if isinstance(address, IPv6Address) else f"{address}:46532"
    if form is Form.FORWARDED:
        node = str(address) if isinstance(address, IPv4Address) else f'"[{address}]"'
        return _FORWARDED[probe % len(_FORWARDED)].format(node)
    return str(address)


def _lines(header: str, addresses: Sequence[Address], lines: int, probe: int) -> Iterator[tuple[str, str]]:
    """A header that claims addresses, spread over so many lines."""
    known = known_header(header)
    texts = [_written(address, known.form if known else Form.LIST, probe) for address in addresses]
    step = -(-len(texts) // lines)
    for start in range(0, len(texts), step):
        yield header, ", ".join(texts[start : start + step])


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
