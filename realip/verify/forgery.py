"""Forged headers: claims of addresses that are nobody's."""

import random
from collections.abc import Iterable
from ipaddress import ip_network

from realip.documentation_ranges import DOCUMENTATION
from realip.verify.ip import Address, Network

__all__ = ["Forger"]

_LAST_RESORT = (ip_network("240.0.0.0/4"),)
"""RFC 1112: reserved; for labs, where documentation ranges are used in earnest."""

_SHAPES = (1, 3, 2)
"""How many addresses a header claims, in turn: positions from either end shift between probes."""
_TWO_LINES = 2
"""The shape that is sent as two lines of one header."""


class Forger:
    """Makes forged headers in turning shapes."""

    def __init__(self, real: Iterable[Address | Network]) -> None:
        """`real` are addresses and networks that occur in earnest, which a forgery must not hit."""
        taken = [ip_network(item) for item in real]
        earnest = any(_overlap(nobody, network) for nobody in DOCUMENTATION for network in taken)
        self._networks = _LAST_RESORT if earnest else DOCUMENTATION
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
