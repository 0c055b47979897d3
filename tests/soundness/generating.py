"""Worlds and questions by number: the same number is the same world, on every machine."""

import random
from dataclasses import replace
from typing import Literal, TypeVar

from tests.soundness.addresses import ANY, FOUR, PRIVATE_ONLY, PUBLIC, UNDOCUMENTED
from tests.soundness.model import FORWARDED_FOR, App, Cache, Echo, Hop, Lines, Path, Shape, Source, World
from tests.soundness.truth import HEADERS, Question

Item = TypeVar("Item")

BALANCER, SECOND, NODE = "10.0.0.7", "10.0.0.8", "10.0.0.11"
"""Addresses of what stands between; a client has none of them."""
CLIENTS = ("127.0.0.1", "127.0.0.1", "119.29.29.7", "43.130.5.6", "10.9.8.7", "::1", "2402:4e00::7")
"""The client is on this machine: the application's world takes it for another one in most of them."""
_OTHERS = ("Forwarded", "X-Real-IP", "EO-Connecting-IP", "True-Client-IP", "X-Client-IP")
"""Headers besides X-Forwarded-For that an application may be said to read."""
_NAMES = ("client_ip", "clientIp", "ip", "origin", "client", "")


class _Maker:
    def __init__(self, number: int) -> None:
        self.number = number
        self.random = random.Random(number)  # noqa: S311 -- worlds, not secrets

    def one(self, *items: Item) -> Item:
        return self.random.choice(items)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def source(self, header: str | None = None, *, careless: bool = True) -> Source:
        """Somewhere to look; careless ones take what any client writes."""
        chosen = header or (self.one(FORWARDED_FOR, "X-Real-IP") if self.chance(0.4) else self.one(*HEADERS))
        if not careless:
            return Source(chosen, "right")
        side: Literal["left", "right"] = "left" if self.chance(0.75) else "right"
        accepts = self.one(ANY, ANY, FOUR, PUBLIC, UNDOCUMENTED, PRIVATE_ONLY, frozenset({"shared"}))
        return Source(
            chosen,
            side,
            place=2 if chosen in {FORWARDED_FOR, "Forwarded"} and self.chance(0.15) and accepts in (ANY, FOUR) else 1,
            lines=self.one("joined", "first", "last"),
            accepts=accepts,
            walks=self.chance(0.4),
            whole=chosen not in {FORWARDED_FOR, "Forwarded"} and self.chance(0.4),
            decides=self.chance(0.2),
        )

    def careless(self) -> App:
        """An application that believes what it should not, now and then only under one condition that few requests meet."""
        app = App(tuple(self.source() for _ in range(self.one(1, 1, 2))), folded=self.chance(0.3))
        if app.folded:
            sources = (replace(each, accepts=each.accepts if "public" in each.accepts else ANY) for each in app.sources)
            app = replace(app, sources=tuple(sources))
        if self.chance(0.15):
            broad = tuple(replace(source, accepts=self.one(ANY, FOUR), whole=False) for source in app.sources)
            app = replace(app, sources=broad, from_request=self.one(2, 3, 4))
        if self.chance(0.05):
            app = replace(app, method="POST")
        return app

    def through(self, app: App) -> App:
        """The application with something in between that puts another address in the client's place."""
        return replace(
            app, translator=self.one(NODE, "100.64.3.7", "203.0.113.200"), loses_from=self.one(1, 1, 2, 3, 4)
        )

    def socket_app(self) -> App:
        """An application on a socket of its own: right, careless, or behind a NAT."""
        way = self.random.random()
        if way < 0.45:
            # Right: looks at nobody's headers, or at those of a proxy only that is not there.
            return App() if self.chance(0.7) else replace(self.careless(), believes_only=frozenset({BALANCER}))
        return self.careless() if way < 0.85 else self.through(App())

    def hop(self, header: str) -> Hop:
        """A proxy in front of an application that reads a header."""
        hop = Hop(
            BALANCER,
            self.one(
                "append",
                "append",
                "append",
                "overwrite",
                "prepend",
                "strip",
                "pass",
                "fill in",
                "new line",
                "first line",
            ),
            drops_underscores=self.chance(0.5),
            obeys_connection=self.one("", "", "before", "before", "after"),
        )
        if header != FORWARDED_FOR:
            way = self.random.random()
            hop = replace(hop, sets=(header,)) if way < 0.7 else replace(hop, fills_in=(header,)) if way < 0.85 else hop
        elif self.chance(0.5):
            hop = replace(hop, sets=("X-Real-IP",))
        return replace(hop, strips=tuple(self.random.sample(HEADERS, 3))) if self.chance(0.2) else hop

    def reader(self, header: str, *, deep: bool) -> App:
        """An application behind proxies that concludes from a header."""
        way = self.random.random()
        if way < 0.6:
            # As it should: the last element that none of its own proxies wrote.
            known = frozenset({BALANCER, SECOND} if deep or self.chance(0.5) else {BALANCER})
            source = Source(
                header,
                "right",
                lines=self.one("joined", "joined", "joined", "first", "last"),
                trusted=known,
                walks=True,
            )
            return App((source,), believes_only=self.one(frozenset(), frozenset({BALANCER, SECOND})))
        if way < 0.7:
            return App((Source(header, "right", place=self.one(1, 2, 3)),))
        if way < 0.8:
            # Takes every private address for a proxy of its own.
            return App((Source(header, "right", accepts=ANY - PRIVATE_ONLY, walks=True),))
        first = self.source() if self.chance(0.4) else self.source(header)
        app = self.careless()
        if app.folded:
            first = replace(first, accepts=ANY)
        return replace(app, sources=(first, Source(header, "right")))

    def header_shape(self) -> Shape:
        """What an application behind proxies shows."""
        way = self.random.random()
        style: Echo = self.one("map", "map", "multi", "pairs", "records", "environ", "lines", "agnhost")
        lines: Lines = self.one("joined", "joined", "joined", "first", "last")
        if way < 0.5:
            return Shape(None, self.one(None, "remote_addr"), headers=style, lines=lines)
        if way < 0.7:
            return Shape(self.one(*_NAMES))
        if way < 0.95:
            return Shape("client_ip", self.one(None, "remote_addr"), headers=style, lines=lines)
        return Shape(prose=True) if way < 0.97 else Shape(None, "remote_addr", peer_port=self.chance(0.3))

    def socket_shape(self) -> Shape:
        """What an application on a socket of its own shows."""
        way = self.random.random()
        style: Echo = self.one("", "", "", "map", "multi", "pairs", "environ", "lines")
        if way < 0.7:
            return Shape(self.one(*_NAMES), headers=style, envelope=None if style else self.one(None, None, "request"))
        if way < 0.85:
            return Shape("client_ip", "remote_addr", headers=style)
        if way < 0.95:
            return Shape(
                None, self.one("remote_addr", "remoteAddress", "peer"), peer_port=self.chance(0.5), headers=style
            )
        return Shape(prose=True) if way < 0.97 else Shape(None, headers="map")

    def world(self) -> tuple[World, Question]:
        client = self.one(*CLIENTS)
        if self.chance(0.45):
            question, shape = Question(), self.socket_shape()
            path = Path(self.socket_app())
            other = Path(self.one(self.careless(), self.through(App()), App()))
        else:
            header = FORWARDED_FOR if self.chance(0.65) else self.one(*_OTHERS)
            shape = self.header_shape()
            deep = self.chance(0.25)
            hops: tuple[Hop, ...] = (self.hop(header),) if not deep else (self.hop(header), Hop(SECOND, "append"))
            hops = hops if self.chance(0.93) else ()
            if shape.conclusion is None or shape.headers == "agnhost":
                path = Path(App(), hops)
            else:
                path = Path(self.reader(header, deep=deep), hops)
            hopped = replace(path, hops=(self.hop(header), *hops[1:]))
            other = self.one(
                hopped, replace(path, app=self.careless()), replace(path, hops=(*hops, Hop(SECOND, "append")))
            )
            known = deep and self.chance(0.5)
            question = Question(header, trusted_hops=len(hops) if known and header == FORWARDED_FOR and hops else None)
        paths, turns = self.paths(path, other)
        world = World(client, paths, turns, shape=shape, seed=self.number)
        return self.fronted(world), question

    def paths(self, path: Path, other: Path) -> tuple[tuple[Path, ...], Literal["connection", "request", "random"]]:
        """One pod, or several of which one may be another kind; by chance only where they tell their names."""
        if self.chance(0.65):
            return (replace(path, pod=self.one(None, "web-0")),), "connection"
        count = self.one(2, 3, 4)
        several = [path] * count
        if self.chance(0.4):
            several = [_plainly(path)] * count
            several[self.random.randrange(count)] = _plainly(other)
        if self.chance(0.6):
            named = tuple(replace(each, pod=f"web-{number}") for number, each in enumerate(several))
            return named, self.one("connection", "request", "random")
        return tuple(several), self.one("connection", "request")

    def fronted(self, world: World) -> World:
        """The world with what stands before everything."""
        tells_apart = world.shape.headers not in {"", "map"} and world.shape.conclusion != ""
        if self.chance(0.04) and tells_apart:
            cache = Cache(self.one("nobody", "the client", "another"), self.one(2, 7, 1_000_000), self.chance(0.5))
            return replace(world, cache=cache, keeps_open=self.chance(0.7))
        preface: Literal["400", "close", "believes"] = "believes" if self.chance(0.05) else self.one("400", "close")
        return replace(world, preface=preface, keeps_open=self.chance(0.85))


def _plainly(path: Path) -> Path:
    """The path without the conditions that only some requests meet: of several pods each is met by a few requests."""
    sources = tuple(replace(source, accepts=ANY, whole=False, place=1) for source in path.app.sources)
    app = replace(
        path.app,
        sources=sources,
        folded=False,
        from_request=1,
        method=None,
        loses_from=min(1, path.app.loses_from),
    )
    hops = tuple(
        replace(
            hop,
            obeys_connection="before" if hop.obeys_connection else "",
            # Seen only where a client sends the header in two lines.
            forwarded_for="pass" if hop.forwarded_for == "first line" else hop.forwarded_for,
        )
        for hop in path.hops
    )
    return replace(path, app=app, hops=hops)


def make(number: int) -> tuple[World, Question]:
    """The world of that number, and what is asked about it."""
    return _Maker(number).world()
