"""The truth about a world: found by sending it, without a network, what a client can send.

The catalogue is this module's own, written from what proxies, networks of delivery and frameworks document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.soundness.addresses import CLAIMS
from tests.soundness.model import FORWARDED_FOR, Ask, Header, Path, Seen, World, spelled

HEADERS = (
    FORWARDED_FOR,
    "Forwarded",  # RFC 7239
    "X-Real-IP",  # nginx's ngx_http_realip_module by habit, Tencent CLB, ingress-nginx
    "X-Client-IP",  # Apache's mod_remoteip in its manual
    "True-Client-IP",  # Akamai, Cloudflare Enterprise; chi's RealIP reads it first
    "CF-Connecting-IP",  # Cloudflare
    "EO-Connecting-IP",  # Tencent EdgeOne
    "EO-Client-IP",  # Tencent EdgeOne
    "Client-IP",  # PHP's and Rails' HTTP_CLIENT_IP
    "X-Forwarded",  # PHP recipes, python-ipware
    "Forwarded-For",  # the same
    "X-Cluster-Client-IP",  # Rackspace, Zeus; python-ipware
    "Fastly-Client-IP",  # Fastly
    "X-Original-Forwarded-For",  # ingress-nginx
    "X-Envoy-External-Address",  # Envoy
    "X-Azure-ClientIP",  # Azure Front Door
    "Ali-CDN-Real-IP",  # Alibaba Cloud CDN
    "Fly-Client-IP",  # Fly.io
    "DO-Connecting-IP",  # DigitalOcean
    "Proxy-Client-IP",  # WebLogic, and Java recipes after it
    "WL-Proxy-Client-IP",
    "X-Vercel-Forwarded-For",  # Vercel
    "X-Appengine-User-IP",  # App Engine; gin's PlatformGoogleAppEngine
)


@dataclass(frozen=True)
class Question:
    """What is asked of the judge."""

    reads: str = "socket"
    """`socket`, or a header's name."""
    trusted_hops: int | None = None
    method: str = "GET"


class Truth(StrEnum):
    """What holds of a world."""

    KEEPS = "keeps the address"
    FORGED = "a client can make it see another address"
    LOST = "does not see the client's address"
    UNPROVEN = "the answers prove nothing"
    OPEN = "the header is right, and what the application calls its client may be its socket's peer"


def truth(world: World, question: Question) -> Truth:
    """The truth about what the question asks."""
    if world.cache is not None:
        return Truth.UNPROVEN
    asks = list(catalogue(world, question))
    plain = [ask for ask in asks if not ask.headers and ask.preface is None]
    for path in world.paths:
        if _says_nothing(world, path, question):
            return Truth.UNPROVEN
    for some, otherwise in ((plain, Truth.LOST), (asks, Truth.FORGED)):
        if not _holds(world, some, question):
            return otherwise
    seen = [seen for path in world.paths for ask in asks if (seen := world.see(path, ask)) is not None]
    right = {each.conclusion == world.client for each in seen} if _concludes(world) else {True}
    if right == {True}:
        return Truth.KEEPS
    # One that changes its mind with what the client sends does not call its peer the client.
    return Truth.OPEN if right == {False} else Truth.FORGED


def _concludes(world: World) -> bool:
    return world.shape.conclusion is not None and world.shape.headers != "agnhost"


def _says_nothing(world: World, path: Path, question: Question) -> bool:
    seen = world.see(path, Ask(method=question.method))
    assert seen is not None
    shape = world.shape
    if shape.prose:
        return True
    concluded = _concludes(world)
    if question.reads == "socket":
        return not concluded and (shape.peer is None or shape.headers == "agnhost")
    return not concluded and shape.shows_header(question.reads, seen.headers) is None


def _holds(world: World, asks: list[Ask], question: Question) -> bool:
    """Whether every request shows the client's address at one place, and nothing else for a conclusion."""
    shape = world.shape
    places: set[int] | None = None
    for path in world.paths:
        for ask in asks:
            seen = world.see(path, ask)
            if seen is None:
                continue
            if not _right(world, seen, question):
                return False
            if question.reads == "socket":
                continue
            elements = shape.shows_header(question.reads, seen.headers)
            if elements is None:
                continue
            there = {place for place, element in enumerate(reversed(elements), 1) if element == world.client}
            places = there if places is None else places & there
            if not places:
                return False
    if places is None or question.trusted_hops is None:
        return True
    return question.trusted_hops in places


def _right(world: World, seen: Seen, question: Question) -> bool:
    """Whether what an answer shows beside an echo of headers may be shown to this client."""
    shape = world.shape
    shown_peer = shape.peer is not None and shape.headers != "agnhost"
    if question.reads == "socket":
        return not (_concludes(world) and seen.conclusion != world.client) and (
            not shown_peer or seen.peer == world.client
        )
    if not _concludes(world) or seen.conclusion == world.client:
        return True
    # Beside the header, many applications call their socket's peer the client: that is no conclusion from the header.
    return shape.shows_header(question.reads, seen.headers) is not None and seen.conclusion == seen.peer


def catalogue(world: World, question: Question) -> Iterator[Ask]:
    """What a client can send, as far as anything in the world looks at it."""
    names = _looked_at(world, question)
    numbers = {1}
    if world.keeps_open:
        numbers |= {number for path in world.paths for number in (path.app.from_request, path.app.loses_from) if number}
    for number in sorted(numbers):
        yield Ask(method=question.method, number=number)
        for addresses in CLAIMS.values():
            yield Ask(method=question.method, number=number, preface=addresses[0])
            for headers in _claims(world, names, addresses):
                yield Ask(headers, question.method, number)
        for name in names:
            yield Ask((("Connection", f"close, {name}"),), question.method, number)


def _looked_at(world: World, question: Question) -> list[str]:
    names = {source.header for path in world.paths for source in path.app.sources}
    names |= {FORWARDED_FOR} if any(path.hops for path in world.paths) else set()
    names |= {question.reads} - {"socket"}
    return sorted(names)


def _claims(world: World, names: list[str], addresses: tuple[str, ...]) -> Iterator[tuple[Header, ...]]:
    one, other = addresses[0], addresses[-1]
    for chosen in [*([name] for name in names), names]:
        for values in ((one,), (f"{one}, {other}, {one}",), (one, other), (f"{one}, {world.client}",)):
            yield tuple((name, spelled(name, value)) for name in chosen for value in values)
        if "Forwarded" not in chosen:
            yield tuple((name.replace("-", "_"), one) for name in chosen)
