"""A small world for `realip verify` to ask: a client, what stands before an application, and the application.

Shares no code with the judge. Everything is a pure function of a request, so that the truth about a world is found by
trying what a client can send, and not by asking the one who is examined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.soundness.addresses import ANY, bare, kind

Header = tuple[str, str]
Lines = Literal["joined", "first", "last"]
"""What a framework makes of a header that comes in several lines, where it gives one value for a name."""
Echo = Literal["", "map", "multi", "pairs", "records", "environ", "lines", "agnhost"]
"""How an answer shows the headers, if it does."""

FORWARDED_FOR = "X-Forwarded-For"


def spelled(name: str, value: str) -> str:
    """Addresses with commas between them in a header's own syntax."""
    if name != "Forwarded":
        return value
    return ", ".join(f'for="[{part}]"' if ":" in part else f"for={part}" for part in value.split(", "))


def plain(name: str, *, folded: bool = False) -> str:
    """A header's name as a server compares it; CGI and its heirs cannot tell `_` from `-`."""
    return name.lower().replace("_", "-") if folded else name.lower()


@dataclass(frozen=True)
class Ask:
    """A request as it leaves the client."""

    headers: tuple[Header, ...] = ()
    method: str = "GET"
    number: int = 1
    """Which one on its connection."""
    preface: str | None = None
    """The address that a PROXY protocol preface claims."""


@dataclass(frozen=True)
class Hop:
    """A layer 7 proxy: the one before it is its peer."""

    address: str
    forwarded_for: Literal["append", "prepend", "overwrite", "strip", "pass", "fill in", "new line", "first line"] = (
        "append"
    )
    """What it does with X-Forwarded-For. `first line` appends to the first line and passes further ones on behind it."""
    sets: tuple[str, ...] = ()
    """Headers that it sets to its peer's address."""
    fills_in: tuple[str, ...] = ()
    """Headers that it sets where there is none."""
    strips: tuple[str, ...] = ()
    """Headers that it removes."""
    drops_underscores: bool = False
    """As nginx does with names that have one."""
    obeys_connection: Literal["", "before", "after"] = ""
    """Whether it removes the headers that `Connection` names: before its own are added, or with them."""

    def send_on(self, headers: list[Header], peer: str) -> list[Header]:
        """The headers as the next one gets them."""
        named = {
            token.strip().lower()
            for name, value in headers
            if plain(name) == "connection"
            for token in value.split(",")
        }
        gone = {plain(name) for name in (*self.strips, *self.sets)} | {"connection"}
        if self.obeys_connection == "before":
            gone |= named
        headers = [
            (name, value)
            for name, value in headers
            if plain(name) not in gone and not (self.drops_underscores and "_" in name)
        ]
        present = {plain(name) for name, _ in headers}
        headers += [(name, spelled(name, peer)) for name in self.fills_in if plain(name) not in present]
        headers = self._forward(headers, peer) + [(name, spelled(name, peer)) for name in self.sets]
        if self.obeys_connection == "after":
            headers = [(name, value) for name, value in headers if plain(name) not in named]
        return headers

    def _forward(self, headers: list[Header], peer: str) -> list[Header]:
        lines = [value for name, value in headers if plain(name) == plain(FORWARDED_FOR)]
        rest = [header for header in headers if plain(header[0]) != plain(FORWARDED_FOR)]
        match self.forwarded_for:
            case "append":
                made = [", ".join([*lines, peer])]
            case "prepend":
                made = [", ".join([peer, *lines])]
            case "overwrite":
                made = [peer]
            case "strip":
                made = []
            case "pass":
                made = lines
            case "fill in":
                made = lines or [peer]
            case "new line":
                made = [*lines, peer]
            case "first line":
                made = [", ".join([*lines[:1], peer]), *lines[1:]]
        return rest + [(FORWARDED_FOR, value) for value in made]


@dataclass(frozen=True)
class Source:
    """A header that an application looks into for its client."""

    header: str
    side: Literal["left", "right"] = "left"
    place: int = 1
    """Which element, counted from that side."""
    lines: Lines = "joined"
    """What the framework makes of a header that comes in several lines."""
    accepts: frozenset[str] = ANY
    """The classes of addresses that it takes."""
    trusted: frozenset[str] = frozenset()
    """Addresses of proxies, which it passes over."""
    walks: bool = False
    """Whether it goes on to the next element where it takes one not."""
    whole: bool = False
    """Whether it takes the header for one address, so that a list is none."""
    decides: bool = False
    """Whether a header that is there, and holds nothing to take, ends the search."""

    def values(self, headers: Sequence[Header], *, folded: bool) -> list[str]:
        """The lines of the header, as far as the framework shows them."""
        wanted = plain(self.header, folded=folded)
        lines = [value for name, value in headers if plain(name, folded=folded) == wanted]
        return {"joined": lines, "first": lines[:1], "last": lines[-1:]}[self.lines]

    def pick(self, lines: list[str]) -> str | None:
        """The address that it takes out of the lines, or None."""
        elements = [bare(", ".join(lines))] if self.whole else elements_of(self.header, lines)
        if self.side == "right":
            elements.reverse()
        chosen = elements[self.place - 1 :] if self.walks else elements[self.place - 1 : self.place]
        for element in chosen:
            # What is local counts as private, as the classifications of libraries have it.
            there = kind(element)
            there = "private" if there == "loopback" else there
            if there in self.accepts and element not in self.trusted:
                return element
        return None


def elements_of(header: str, lines: Sequence[str]) -> list[str]:
    """The elements of a header from left to right; of `Forwarded`, its `for` parameters."""
    elements = [element for line in lines for element in line.split(",") if element.strip()]
    if header.lower() != "forwarded":
        return [bare(element) for element in elements]
    pairs = [pair.partition("=") for element in elements for pair in element.split(";")]
    return [bare(value) for name, _, value in pairs if name.strip().lower() == "for"]


@dataclass(frozen=True)
class App:
    """An application: where it looks for its client, and when."""

    sources: tuple[Source, ...] = ()
    folded: bool = False
    """Whether its framework takes `_` for `-` in names."""
    from_request: int = 1
    """The first request of a connection in which it looks at headers."""
    method: str | None = None
    """The only method for which it looks at headers."""
    believes_only: frozenset[str] = frozenset()
    """The peers whose headers it looks at; none means anybody's."""
    loses_from: int = 0
    """The first request of a connection from which on it sees `translator` for its peer; 0 for never."""
    translator: str | None = None
    """The address that stands in for the peer's: a NAT, or a node."""

    def peer(self, peer: str, ask: Ask) -> str:
        """The address of its socket's peer."""
        return self.translator if self.translator and ask.number >= self.loses_from else peer

    def conclude(self, headers: Sequence[Header], peer: str, ask: Ask) -> str:
        """The address that it takes for its client's."""
        if ask.number < self.from_request or self.method not in {None, ask.method}:
            return peer
        if self.believes_only and peer not in self.believes_only:
            return peer
        for source in self.sources:
            lines = source.values(headers, folded=self.folded)
            found = source.pick(lines)
            if found is not None:
                return found
            if lines and source.decides:
                return peer
        return peer


@dataclass(frozen=True)
class Seen:
    """What arrived at an application, and what it made of it."""

    peer: str
    conclusion: str
    headers: tuple[Header, ...]


@dataclass(frozen=True)
class Path:
    """A way that a request may take, and the pod at its end."""

    app: App
    hops: tuple[Hop, ...] = ()
    pod: str | None = None
    """The name that the pod shows."""

    def see(self, client: str, ask: Ask) -> Seen:
        """What the application sees of a request."""
        headers, peer = list(ask.headers), client
        for hop in self.hops:
            headers, peer = hop.send_on(headers, peer), hop.address
        peer = self.app.peer(peer, ask)
        return Seen(peer, self.app.conclude(headers, peer, ask), tuple(headers))


@dataclass(frozen=True)
class Shape:
    """How an application says what it saw."""

    conclusion: str | None = "client_ip"
    """The field of its conclusion; `` (empty) where the whole answer is that address."""
    peer: str | None = None
    """The field of its socket's peer."""
    peer_port: bool = False
    headers: Echo = ""
    """How the headers are echoed, if they are."""
    lines: Lines = "joined"
    """What a map with one value for a name shows of several lines."""
    envelope: str | None = None
    """The object that all of it is in."""
    prose: bool = False
    """Whether the address stands in a sentence, which is no evidence."""

    def shows_header(self, name: str, headers: Sequence[Header]) -> list[str] | None:
        """The elements of a header that the answer shows; None if it shows no headers."""
        if not self.headers:
            return None
        folded = self.headers == "environ"
        wanted = plain(name, folded=folded)
        lines = [value for key, value in headers if plain(key, folded=folded) == wanted]
        if self.headers == "map":
            lines = {"joined": lines, "first": lines[:1], "last": lines[-1:]}[self.lines]
        return elements_of(name, lines)


@dataclass(frozen=True)
class Cache:
    """A cache in front that does not ask whether it may keep an answer."""

    warmed_by: Literal["nobody", "the client", "another"] = "nobody"
    holds: int = 1_000_000
    """For how many requests it gives an answer again."""
    tells_age: bool = False


@dataclass(frozen=True)
class World:
    """All that a client meets."""

    client: str
    paths: tuple[Path, ...]
    turns: Literal["connection", "request", "random"] = "connection"
    """What takes the paths in turn; or by chance, for each connection."""
    cache: Cache | None = None
    preface: Literal["400", "close", "believes"] = "400"
    """What becomes of a PROXY protocol preface."""
    keeps_open: bool = True
    most_headers: int = 100
    most_bytes: int = 8190
    """Limits on a request's header, as servers have them (Apache and gunicorn)."""
    seed: int = 0
    shape: Shape = Shape()

    def see(self, path: Path, ask: Ask) -> Seen | None:
        """What the application at the end of a path sees; None if the request does not get there."""
        if ask.preface is not None and self.preface != "believes":
            return None
        return path.see(ask.preface or self.client, ask)
