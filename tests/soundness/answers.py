"""The answers of the applications, byte by byte, in the shapes that frameworks give them."""

import json
from typing import Any

from tests.soundness.model import Header, Seen, Shape


def render(shape: Shape, seen: Seen, pod: str | None) -> tuple[str, bytes]:
    """Content type and body."""
    if shape.prose:
        return "text/plain", f"Sorry, this service is limited for visitors, {seen.conclusion}".encode()
    if shape.conclusion == "":
        return "text/plain", f"{seen.conclusion}\n".encode()
    peer = _with_port(seen.peer) if shape.peer_port else seen.peer
    if shape.headers == "lines":
        lines = [f"{name}: {value}" for name, value in seen.headers]
        told = ((shape.conclusion, seen.conclusion), (shape.peer, peer), ("Hostname", pod))
        lines = [f"{name}: {value}" for name, value in told if name and value] + lines
        return "text/plain", "\n".join(lines).encode()
    if shape.headers == "agnhost":
        return "application/json", json.dumps(_multi(seen.headers)).encode()
    fields: dict[str, Any] = {"path": "/"}
    if shape.conclusion:
        fields[shape.conclusion] = seen.conclusion
    if shape.peer:
        fields[shape.peer] = peer
    if pod:
        fields["hostname"] = pod
    if shape.headers:
        fields["headers"] = _headers(shape, seen.headers)
    return "application/json", json.dumps({shape.envelope: fields} if shape.envelope else fields).encode()


def _with_port(address: str) -> str:
    return f"[{address}]:51000" if ":" in address else f"{address}:51000"


def _headers(shape: Shape, headers: tuple[Header, ...]) -> Any:
    match shape.headers:
        case "multi":
            return _multi(headers)
        case "pairs":
            return [list(header) for header in headers]
        case "records":
            return [{"name": name, "value": value} for name, value in headers]
        case "environ":
            folded = [("HTTP_" + name.upper().replace("-", "_"), value) for name, value in headers]
            return {name: ",".join(values) for name, values in _multi(tuple(folded)).items()}
    several = _multi(headers)
    match shape.lines:
        case "first":
            return {name: values[0] for name, values in several.items()}
        case "last":
            return {name: values[-1] for name, values in several.items()}
    return {name: ", ".join(values) for name, values in several.items()}


def _multi(headers: tuple[Header, ...]) -> dict[str, list[str]]:
    """The lines by name, under the first spelling of each."""
    spelled: dict[str, str] = {}
    several: dict[str, list[str]] = {}
    for name, value in headers:
        several.setdefault(spelled.setdefault(name.lower(), name), []).append(value)
    return several
