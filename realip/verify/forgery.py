"""Headers that a liar would send: claims of addresses that are nobody's."""

import random
from collections.abc import Iterable
from ipaddress import ip_network

from realip.verify.addresses import Address, Network

__all__ = ["Forger"]

_NOBODY = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
"""RFC 5737 and RFC 3849: documentation ranges, which no packet on the internet comes from."""
_LAST_RESORT = (ip_network("240.0.0.0/4"),)
"""RFC 1112: reserved; for networks that use all documentation ranges in earnest, as tests may."""

_SHAPES = (1, 3, 2)
"""How many addresses a header claims, in turn: positions from either end shift between probes."""
_TWO_LINES = 2
"""The shape that is sent as two lines of one header."""


class Forger:
    """Makes forged headers in turning shapes."""

    def __init__(self, real: Iterable[Address | Network]) -> None:
        """`real` are addresses and networks that occur in earnest, which a forgery must not hit."""
        taken = [ip_network(item) for item in real]
        free = [nobody for nobody in _NOBODY if not any(_overlap(nobody, network) for network in taken)]
        self._networks = tuple(free) or _LAST_RESORT
        self._made = 0
        self._random = random.Random()  # noqa: S311 - nothing secret

    def _address(self) -> Address:
        network = self._random.choice(self._networks)
        return network[self._random.randrange(1, network.num_addresses - 1)]

    def make(self) -> tuple[tuple[Address, ...], list[tuple[str, str]]]:
        """The forged addresses and the headers that claim them."""
        shape = self._made % len(_SHAPES)
        self._made += 1
        addresses = tuple(self._address() for _ in range(_SHAPES[shape]))
        texts = [str(address) for address in addresses]
        lines = texts if shape == _TWO_LINES else [", ".join(texts)]
        return addresses, [*(("X-Forwarded-For", line) for line in lines), ("X-Real-IP", texts[0])]


def _overlap(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)
