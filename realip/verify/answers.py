"""What an application says it saw: the socket's peer or a header, out of the body of its answer.

Understood are JSON (the guide's two images, agnhost's `/header`, echo servers), agnhost's `/clientip`, a bare address or
header value as text, and text of `Name: value` lines. An address in prose is not looked for: an error page that quotes
the visitor's address would pass for a proof.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from realip.reads import Reads
from realip.verify.ip import parse_address
from realip.verify.json_path import JsonPath

__all__ = ["Sighting", "printable", "read_answer"]

_PEER_NAMES = (
    *("remoteaddr", "remoteaddress", "remoteip", "socketpeer", "peer", "peeraddr", "peeraddress", "peerip"),
    *("clientip", "clientaddr", "clientaddress", "sourceip", "sourceaddress", "ip", "address", "origin"),
)
"""Names for the caller in an answer, surest first: what is called remote is the socket's, `client` may be worked out."""
_PEER_PARENTS = ("request", "client", "connection", "socket", "http", "peer", "source", "host")
_HEADER_PARENTS = ("request", "http", "req")
_FORWARDED_NAMES = ("xforwardedfor", "forwardedfor")
_POD_NAMES = ("pod", "podname", "hostname", "servername")
_POD_PARENTS = ("os", "environment", "env", "server", "kubernetes")
_LONGEST_POD_NAME = 253
"""Characters, as DNS and Kubernetes have it."""
_MOST_HOPS = 64
"""Elements of a header that are looked at, from the right: more is no path but an attack."""

_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9_-]{0,60})\s*[:=]\s*(\S.*?)\s*")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")


@dataclass(frozen=True)
class Sighting:
    """What one answer says."""

    values: tuple[str, ...] | None = None
    """The elements of `X-Forwarded-For` from left to right (none: the app got no such header), or the one peer; None if
    the answer does not tell."""
    believed: str | None = None
    """In header mode, the address that the app itself worked out, where it says so beside the headers."""
    real_ip: str | None = None
    """The `X-Real-IP` that reached the app."""
    pod: str | None = None
    """The name that the app gives itself."""
    problem: str | None = None
    """Why `values` is None, as words for a person."""


def printable(text: str, longest: int = 100) -> str:
    """Text of others made fit for a terminal: no control or direction characters, cut at `longest` characters."""
    text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text[: longest + 1])
    return text if len(text) <= longest else text[:longest] + "…"


def read_answer(body: bytes, reads: Reads, path: JsonPath | None = None) -> Sighting:
    """What the body of an answer says that the app saw. Never raises, whatever the bytes."""
    text = body.decode("utf-8-sig", errors="replace").strip()
    if not text:
        return Sighting(problem="the answer is empty")
    # `[2001:db8::1]:80` starts like an array.
    if path is not None or (text[0] in "{[" and parse_address(text.partition(",")[0]) is None):
        try:
            document = json.loads(text, object_pairs_hook=_merge)
        except (ValueError, RecursionError):
            return Sighting(
                problem=f"the answer is not the JSON that it looks like or has to be: {printable(text, 40)!r}"
            )
        return _from_document(document, reads, path)
    return _from_text(text, reads)


class _Repeated(list[object]):
    """The values of a name that an object has more than once: several lines of one header, in some echo servers."""


def _merge(pairs: list[tuple[str, object]]) -> dict[str, object]:
    merged: dict[str, object] = {}
    for name, value in pairs:
        if name not in merged:
            merged[name] = value
        elif isinstance(earlier := merged[name], _Repeated):
            earlier.append(value)
        else:
            merged[name] = _Repeated([earlier, value])
    return merged


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def _named(document: object) -> dict[str, object]:
    """An object's values by plain name; an array of pairs or of name/value objects counts as an object."""
    if isinstance(document, list):
        pairs = []
        for item in document:
            if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
                pairs.append((item[0], item[1]))
            elif isinstance(item, dict) and isinstance(item.get("name"), str):
                pairs.append((item["name"], item.get("value")))
        return _named(_merge([(_plain(name), value) for name, value in pairs]))
    if isinstance(document, dict):
        return _merge([(_plain(name), value) for name, value in document.items()])
    return {}


def _from_document(document: object, reads: Reads, path: JsonPath | None) -> Sighting:
    fields = _named(document) if isinstance(document, dict) else {}
    pod = _pod(fields)
    if path is not None:
        return _at_path(path.find(document), reads, pod)
    if reads is Reads.SOCKET_PEER:
        return _peer(next(_peers(fields), None), pod)
    headers = _headers(fields)
    believed = next(_peers(fields), None)
    if headers is None:
        if believed is None:
            return Sighting(
                pod=pod, problem="the answer shows neither headers nor a client address: name one with --json-path"
            )
        return Sighting(values=_elements(believed), pod=pod)
    return Sighting(
        values=_elements(*_texts(next((headers[name] for name in _FORWARDED_NAMES if name in headers), None))),
        believed=believed,
        real_ip=next(iter(_texts(headers.get("xrealip"))), None),
        pod=pod,
    )


def _at_path(value: object, reads: Reads, pod: str | None) -> Sighting:
    texts = _texts(value)
    if not texts:
        return Sighting(pod=pod, problem="the answer has no text at the --json-path")
    if reads is Reads.SOCKET_PEER:
        return _peer(texts[0] if len(texts) == 1 else None, pod)
    return Sighting(values=_elements(*texts), pod=pod)


def _peer(value: str | None, pod: str | None) -> Sighting:
    if value is None:
        return Sighting(
            pod=pod, problem="the answer does not say who the socket's peer was: name the field with --json-path"
        )
    return Sighting(values=(value,), pod=pod)


def _peers(fields: dict[str, object]) -> Iterator[str]:
    """The texts in an answer that name the caller, surest first."""
    parents = [fields, *(_named(fields.get(name)) for name in _PEER_PARENTS)]
    for name in _PEER_NAMES:
        for parent in parents:
            value = parent.get(name)
            if isinstance(value, str) and value.strip():
                yield value


def _headers(fields: dict[str, object]) -> dict[str, object] | None:
    """The headers that reached the app by plain name; None if the answer does not show them."""
    for parent in (fields, *(_named(fields.get(name)) for name in _HEADER_PARENTS)):
        for name in ("headers", "requestheaders"):
            if isinstance(parent.get(name), dict | list):
                return _named(parent[name])
    # agnhost's `/header` is the headers and nothing around them.
    named = ("useragent", "accept", "acceptencoding", *_FORWARDED_NAMES)
    return fields if any(name in fields for name in named) else None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value[-_MOST_HOPS:] for text in _texts_flat(item)]
    return []


def _texts_flat(item: object) -> list[str]:
    if isinstance(item, str):
        return [item]
    return [text for text in item if isinstance(text, str)] if isinstance(item, list) else []


def _elements(*lines: str) -> tuple[str, ...]:
    """The elements of a header, of all its lines, from left to right."""
    elements = [element.strip() for line in lines for element in line.rsplit(",", _MOST_HOPS)]
    return tuple(element for element in elements if element)[-_MOST_HOPS:]


def _pod(fields: dict[str, object]) -> str | None:
    for parent in (fields, *(_named(fields.get(name)) for name in _POD_PARENTS)):
        for name in _POD_NAMES:
            value = parent.get(name)
            if isinstance(value, str) and 0 < len(value.strip()) <= _LONGEST_POD_NAME:
                return printable(value.strip(), _LONGEST_POD_NAME)
    return None


def _from_text(text: str, reads: Reads) -> Sighting:
    if text[0] == "<":
        return Sighting(problem="the answer is a web page, not what the app saw")
    bare = _elements(*text.removeprefix('"').removesuffix('"').splitlines())
    if reads is Reads.SOCKET_PEER and len(bare) == 1 and parse_address(bare[0]):
        return Sighting(values=bare)
    if reads is Reads.X_FORWARDED_FOR and bare and parse_address(bare[-1]):
        return Sighting(values=bare)
    lines = [line.groups() for line in map(_LINE.fullmatch, text.splitlines()) if line]
    fields = _merge([(_plain(name), value) for name, value in lines])
    if not any(name in fields for name in (*_PEER_NAMES, *_FORWARDED_NAMES, *_POD_NAMES)):
        return Sighting(problem=f"the answer holds no address that can be read: {printable(text, 40)!r}")
    if reads is Reads.SOCKET_PEER:
        return _peer(next(_peers(fields), None), _pod(fields))
    return _from_document(fields, reads, None)
