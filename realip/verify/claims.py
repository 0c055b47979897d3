"""Looks for forged addresses in an answer: which header claimed them, and whether somebody believed them or only shows headers."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, ip_address
from itertools import pairwise
from urllib.parse import unquote

from realip.verify.evidence import Claim
from realip.verify.forgery import Forgery, Ledger
from realip.verify.headers import plain
from realip.verify.ip import Address, parse_endpoint
from realip.verify.names import HeaderNames
from realip.verify.text import printable

__all__ = ["Scan"]

_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])")
_IPV6 = re.compile(r"[0-9A-Fa-f:]{3,45}")
_WORD = re.compile(r"[0-9A-Fa-f:.]{3,60}")
"""A run of signs that may be an address of either family, with a port."""
_NAME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_-]{1,60})[\"']?(?: ?=> ?| ?[:=] ?)")
"""A name that is followed by a value, as in a dump of headers."""
_ESCAPED = re.compile(r"\\[rn]")
"""The end of a line as reprs and logs write it."""
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[^<> ]{0,60})[^<>]{0,200}>")
_LAYOUT = frozenset(
    (
        *(
            "a",
            "b",
            "br",
            "code",
            "dd",
            "div",
            "dl",
            "dt",
            "em",
            "font",
            "h1",
            "h2",
            "h3",
            "i",
            "kbd",
            "li",
            "p",
            "pre",
        ),
        *(
            "samp",
            "small",
            "span",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "tt",
            "u",
            "ul",
            "value",
            "string",
        ),
    )
)
"""Tags that say nothing of what they enclose."""
_BETWEEN = re.compile(
    r"&#?[A-Za-z0-9]{1,8};|\b(?:string|str|values?|content|headers?|field)(?:\([0-9]{0,6}\))?(?![A-Za-z0-9_.-])"
    r"|\b(?:for|by|proto)=(?:_hidden|https?(?=[;,]))?|(?<![A-Za-z0-9_-])(?=[0-9A-Fa-f]*[.:])[0-9A-Fa-f.:]{3,60}[\"'\]]?(?: ?[;,]|\s*\n\s*-)",
    re.IGNORECASE,
)
"""Signs between a header's name and an address of its value: entities, types, words of markup, elements before it."""
_OWN = "x-"
"""By custom the beginning of a header's name, whoever made it up."""
_IN_WORD = frozenset("_.-")
_COMMA = re.compile(r"[\"'\]]?(?::[0-9]{1,5})? ?, ?[\"'\[]?")
"""Between two elements of a chain."""
_MOST_CLAIMS = 200
_LEAST_IPV4, _GREATEST_IPV4 = 1 << 24, (1 << 32) - 1
_LONGEST_NUMBER = 10
"""Digits of the greatest."""
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
        if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER:
            self.number(int(text), field)
        for address, at in self._addresses(text)[:_MOST_CLAIMS]:
            if len(self._found) < _MOST_CLAIMS:
                self._add(address, field, echo=self._named_before(text, at, address) or self._in_chain(text, at))

    def response_header(self, name: str, value: str) -> None:
        """A header of the answer: one that is sent back as it came was believed by nobody."""
        field = f"response header {name}"
        if self._names.header(name, inside=False) is not None:
            self.header([value], field)
        else:
            self.text(unquote(value), field)

    def number(self, number: int, field: str) -> None:
        """A number, as which some write an IPv4 address."""
        if _LEAST_IPV4 <= number <= _GREATEST_IPV4:
            self._add(IPv4Address(number), field, echo=False)

    def octets(self, numbers: Sequence[int], field: str) -> None:
        """The four numbers that some write an IPv4 address as."""
        if len(numbers) == 4 and all(0 <= number <= 255 for number in numbers):
            self._add(IPv4Address(bytes(numbers)), field, echo=False)

    def values(self, texts: Sequence[str], field: str) -> None:
        """Texts in a row, which may be a chain."""
        if self._chain(texts):
            self.header(texts, field)
            return
        for text in texts:
            self.text(text, field)

    def only(self, lines: Sequence[str], header: str) -> bool:
        """The lines show what was claimed in that header, and nothing else: then they are the header, whatever a field is called."""
        owners = {owner for line in lines for address, _ in self._addresses(line) if (owner := self._owner(address))}
        return bool(owners) and all(plain(name) == plain(header) for name, _ in owners)

    def _chain(self, texts: Sequence[str]) -> bool:
        """These are addresses that a hop added its own peer to: a header's value, though under another name."""
        if not 2 <= len(texts) <= _LONGEST_CHAIN:
            return False
        found = [parse_endpoint(text) for text in texts]
        last = found[-1]
        return all(found) and last is not None and self._owner(last[0]) is None

    def _in_chain(self, text: str, at: int) -> bool:
        """The address at a place of a text is followed by others, with commas between, of which nobody claimed the last."""
        words = [(match.start(), match.end()) for match in _WORD.finditer(text, at, at + _LOOK_BACK)]
        chain = [text[slice(*words[0])]] if words else []
        for (_, end), (start, following) in pairwise(words):
            if not _COMMA.fullmatch(text, end, start):
                break
            chain.append(text[start:following])
        return self._chain([word.rstrip(".") for word in chain])

    def _named_before(self, text: str, at: int, address: Address) -> bool:
        """The name before a place of the text is a header's: the last on its line, or the word that nothing but markup parts from it."""
        text = _ESCAPED.sub(" \n", text[max(0, at - _LOOK_BACK) : at])
        line = text[text.rfind("\n") + 1 :]
        names = (found["name"] for found in _NAME.finditer(line))
        before = [name for name in names if name.lower() not in _PARTS and not _GROUP.fullmatch(name)]
        if before and self._names_header(before[-1], address):
            return True
        near = _TAG.sub(self._kept, text)
        return self._names_header(_last_word(_BETWEEN.sub(" ", near)), address)

    def _kept(self, tag: re.Match[str]) -> str:
        """The name that a tag gives to what it encloses: `<X-Real-IP>` and `<header name="X-Real-IP">` give that of a header."""
        if tag["end"]:
            return "," if tag[0].lower() == "</li>" else " "
        named = (word for word in re.split(r"[<>\"'=/ ]", tag[0]) if self._names.header(word, inside=False))
        return f" {next(named, '' if tag['name'].lower() in _LAYOUT else tag['name'])} "

    def _names_header(self, word: str, address: Address) -> bool:
        """A word is the name of a header; where it may be a field's as well, of the one that claimed the address."""
        if word.lower().startswith(_OWN):
            return True
        name = self._names.header(word, inside=False)
        if name is None or not self._names.may_be_field(word):
            return name is not None
        owner = self._owner(address)
        return owner is not None and plain(owner[0]) == plain(name)

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


def _last_word(text: str) -> str:
    """The last word of a text, with the marks that names have inside."""
    end = len(text)
    while end and not text[end - 1].isalnum():
        end -= 1
    start = end
    while start and (text[start - 1].isalnum() or text[start - 1] in _IN_WORD):
        start -= 1
    return text[start:end]


def _ipv6(word: str) -> Address | None:
    """The address that a run of digits and colons is, where a name's colon may stand before it or a port's after it."""
    try:
        address = ip_address(word)
    except ValueError:
        parsed = parse_endpoint(word.strip(":"))
        return parsed[0] if parsed else None
    return getattr(address, "ipv4_mapped", None) or address
