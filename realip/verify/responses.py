"""The reading of an answer's status and headers, before its body is read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from realip.messages import Message, message
from realip.verify.text import printable

__all__ = ["Response", "cached_by", "retry_after", "understand"]

_COMING_UP = frozenset((404, 500, 502, 503, 504))
"""Statuses that a load balancer answers before its rules and backends are in place."""
_SLOW_DOWN = 429
_TLS_WANTED = (b"plain HTTP request was sent to HTTPS port", b"HTTP request to an HTTPS server", b"requires TLS")
"""Phrases that nginx, Go and others answer to plain HTTP on a TLS port."""
_NO_RESULT = (
    "control",
    "key",
    "tag",
    "tags",
    "cacheable",
    "enabled",
    "ttl",
    "age",
    "policy",
    "group",
    "config",
    "expires",
)
"""How names with `cache` end that say how to cache, and not what a cache did: X-Cache, CF-Cache-Status, X-Drupal-Cache."""
_FROM_CACHE = re.compile(r"hit(?![a-z])|(?<![a-z])(?:stale|fresh|cached|revalidated|updating)(?![a-z])")
_STANDARD = re.compile(r"; *hit(?![a-z])")
"""In Cache-Status, RFC 9211."""
_COUNTS = frozenset(("x-cache-hits", "x-cache-hit", "x-cached", "x-from-cache", "x-served-from-cache"))
"""Headers whose value is a number, or yes or no."""
_NO = frozenset(("", "0", "false", "no", "miss", "none"))
_CDN_TIMING = re.compile(r"cdn-cache *; *desc=[\"']?hit")
"""Akamai's metric in Server-Timing."""
_TWO_NUMBERS = re.compile(r"[0-9]+ +[0-9]+")
"""In X-Varnish: this request, and the one that the answer was made for."""
_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Response:
    """An answer as it came."""

    status: int
    headers: Sequence[tuple[str, str]]
    """Names in lower case."""
    body: bytes
    too_large: bool = False

    def header(self, name: str) -> str | None:
        """The value of a header, None without one."""
        return next((value.strip() for key, value in self.headers if key == name), None)


def understand(response: Response, *, secure: bool, forged: bool) -> tuple[Message | None, bool]:
    """Why there is nothing to read in an answer (None if there is something), and whether waiting may help."""
    status = response.status
    coding = (response.header("content-encoding") or "identity").lower()
    location = response.header("location")
    if status in {301, 302, 303, 307, 308} and location is not None:
        return message("redirects", where=printable(location), status=status), False
    if not 200 <= status < 300:
        if not secure and any(words in response.body for words in _TLS_WANTED):
            return message("speaks_tls"), False
        if status == _SLOW_DOWN:
            return message("too_many_requests"), True
        return message("http_status_forged" if forged else "http_status", status=status), status in _COMING_UP
    if response.too_large:
        return message("answer_too_large"), False
    if coding != "identity":
        return message("answer_compressed", coding=printable(coding, 20)), False
    return None, False


def retry_after(response: Response) -> float | None:
    """The seconds that an answer asks to wait, at most a minute; None if it names none (or a date)."""
    text = response.header("retry-after") or ""
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdecimal() else None


def cached_by(response: Response) -> str | None:
    """The header by which a cache says that it, not the application, answered; None if none does."""
    age = response.header("age") or ""
    if age.isascii() and age.isdecimal() and int(age[:9]) > 0:
        return f"Age: {age[:9]}"
    for name, value in response.headers:
        if _from_cache(name, value.strip().lower()):
            return f"{name.title()}: {printable(value.strip(), 40)}"
    return None


def _from_cache(name: str, value: str) -> bool:
    if name in _COUNTS:
        return any(count.strip() not in _NO for count in value.split(","))
    if name == "server-timing":
        return _CDN_TIMING.search(value) is not None
    if name == "x-varnish":
        return _TWO_NUMBERS.fullmatch(value) is not None
    if name == "cache-status":
        return _STANDARD.search(value) is not None
    return "cache" in name and not name.endswith(_NO_RESULT) and _FROM_CACHE.search(value) is not None
