"""Looks for forged addresses in an answer: which header claimed them, and whether somebody believed them or only shows headers."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address

from realip.verify.evidence import Claim
from realip.verify.forgery import Forgery, Ledger
from realip.verify.headers import plain
from realip.verify.ip import Address, parse_endpoint
from realip.verify.names import HeaderNames
from realip.verify.text import printable

__all__ = ["Scan"]

_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])")
_IPV6 = re.compile(r"[0-9A-Fa-f:]{3,45}")
_NAME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_-]{1,60})[\"']?(?: ?=> ?| ?[:=] ?)")
"""A name that is followed by a value, as in a dump of headers."""
_MOST_CLAIMS = 200
_LEAST_IPV4, _GREATEST_IPV4 = 1 << 24, (1 << 32) - 1
_LONGEST_CHAIN = 64
"""Elements of a chain; ours and a few hops' are far fewer."""
_LOOK_BACK = 400
"""Characters before an address in which its name is looked for."""
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}")
"""A group of an IPv6 address, which a colon follows as it does a name."""
_PARTS = frozenset(("for", "proto", "by"))
"""Names inside a value of `Forwarded`."""


class Scan:
    """Collects the forged addresses of one answer."""

    def __init__(self, forgery: Forgery, ledger: Ledger, names: HeaderNames) -> None:
        """`forgery` is what the answered request claimed, `ledger` what all did."""
        self._forgery, self._ledger, self._names = forgery, ledger, names
        self._found: list[Claim] = []

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The findings."""
        return tuple(self._found)

    def _addresses(self, text: str) -> list[tuple[Address, int]]:
        """The addresses in a text that anybody claimed, and where they begin."""
        found = [
            (address, match.start())
            for match in _IPV4.finditer(text)
            if (address := self._ledger.written(match[0])) is not None
        ]
        if text.count(":") > 1:
            words = ((match[0], match.start()) for match in _IPV6.finditer(text) if match[0].count(":") > 1)
            parsed = ((_ipv6(word), at) for word, at in words)
            found += [(address, at) for address, at in parsed if address is not None and self._owner(address)]
        return found

    def _owner(self, address: Address) -> tuple[str, bool] | None:
        """The header that claims an address, and whether another request's did."""
        header = self._forgery.owners.get(address)
        if header is not None:
            return header, False
        owner = self._ledger.owner(address)
        return (owner[1], True) if owner else None

    def _add(self, address: Address, field: str, *, echo: bool) -> None:
        owner = self._owner(address)
        if owner and len(self._found) < _MOST_CLAIMS:
            self._found.append(Claim(address, owner[0], printable(field), echo, owner[1]))

    def header(self, lines: Sequence[str], field: str) -> None:
        """The value of a header that reached the application: nobody believed it yet."""
        for line in lines:
            for address, _ in self._addresses(line):
                self._add(address, field, echo=True)

    def text(self, text: str, field: str) -> None:
        """Text of any kind."""
        if self._chain(text.split(",")):
            self.header([text], field)
            return
        for address, at in self._addresses(text)[:_MOST_CLAIMS]:
            if len(self._found) < _MOST_CLAIMS:
                self._add(address, field, echo=self._named_before(text, at))

    def response_header(self, name: str, value: str) -> None:
        """A header of the answer: one that is sent back as it came was believed by nobody."""
        field = f"response header {name}"
        if self._names.header(name, inside=False) is not None:
            self.header([value], field)
        else:
            self.text(value, field)

    def number(self, number: int, field: str) -> None:
        """A number, as which some write an IPv4 address."""
        if _LEAST_IPV4 <= number <= _GREATEST_IPV4:
            self._add(IPv4Address(number), field, echo=False)

    def values(self, texts: Sequence[str], field: str) -> None:
        """Texts in a row, which may be a chain."""
        if self._chain(texts):
            self.header(texts, field)
            return
        for text in texts:
            self.text(text, field)

    def _chain(self, texts: Sequence[str]) -> bool:
        """These are addresses that a hop added its own peer to: a header's value, though under another name."""
        if not 2 <= len(texts) <= _LONGEST_CHAIN:
            return False
        found = [parse_endpoint(text) for text in texts]
        last = found[-1]
        return all(found) and last is not None and self._owner(last[0]) is None

    def _named_before(self, text: str, at: int) -> bool:
        """The nearest name before a place of the text, on its line, is a header's."""
        line = text[max(text.rfind("\n", 0, at) + 1, at - _LOOK_BACK) : at]
        names = (found["name"] for found in _NAME.finditer(line))
        before = [name for name in names if name.lower() not in _PARTS and not _GROUP.fullmatch(name)]
        last = before[-1] if before else None
        return last is not None and self._names.header(last, inside=False) is not None

    def others(self, lines: Sequence[str], header: str, spelling: str) -> bool:
        """The lines are those of a header that only differs in '-' and '_' from the one that is read."""
        if spelling.lower() == header.lower():
            return False
        owners = [self._owner(address) for line in lines for address, _ in self._addresses(line)]
        # An element that nobody claimed is a hop's: then a server has made one header of both spellings.
        elements = sum(bool(element.strip()) for line in lines for element in line.split(","))
        return 0 < elements <= len(owners) and all(
            owner is not None and owner[0].lower() != header.lower() and plain(owner[0]) == plain(header)
            for owner in owners
        )


def _ipv6(word: str) -> Address | None:
    """The address that a run of digits and colons is, where a name's colon may stand before it or a port's after it."""
    try:
        return ip_address(word)
    except ValueError:
        parsed = parse_endpoint(word.strip(":"))
        return parsed[0] if parsed else None
