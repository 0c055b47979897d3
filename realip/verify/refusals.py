"""Answers of a gateway or firewall in the application's place: a status of 200, a word of refusal, and the visitor's address."""

import re
from collections.abc import Mapping, Sequence

from realip.verify.headers import plain

__all__ = ["refuses"]

_NAMES = frozenset(
    (
        *("error", "errors", "blocked", "denied", "violation", "incident", "incidentid", "supportid", "rayid"),
        *("eventid", "referenceid", "errorcode", "forbidden", "unauthorized", "rejected", "banned", "captcha"),
        *("challenge", "captive", "exception", "fault", "ratelimited"),
    )
)
"""Names that only such an answer has, or has with a value."""
_PERMITS = frozenset(("success", "ok", "allowed", "allow", "permitted"))
"""Names whose value is a no."""
_OUTCOMES = frozenset(("status", "state", "result", "outcome", "action", "decision", "verdict", "statustext"))
"""Names of a word for what became of the request, or of a number like HTTP's."""
_CODES = frozenset(("status", "statuscode", "httpstatus", "code"))
_SENTENCES = frozenset(("message", "msg", "detail", "details", "title", "reason", "description", "errormessage"))
_ENVELOPES = frozenset(
    ("data", "result", "body", "payload", "response", "content", "value", "info", "attributes", "detail", "meta")
)
_DEEPEST = 3
_NOTHING = frozenset(("", "0", "false", "no", "none", "null", "nil", "-", "ok", "success"))
_NO = frozenset(("false", "no", "0"))
_OUTCOME = re.compile(
    r"(?:error|err|fail(?:ed|ure)?|den(?:y|ied)|forbidden|block(?:ed)?|reject(?:ed)?|unauthori[sz]ed|banned|drop(?:ped)?"
    r"|(?:rate.?)?limited|throttled|challenged?|unavailable|maintenance|not.?found)(?![a-z]).*|(?:http/[0-9.]+ +)?[45][0-9][0-9](?![0-9]).*",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(
    r"\b(?:denied|forbidden|blocked|banned|rejected|refused|unauthori[sz]ed|captcha|firewall|suspicious|too many requests"
    r"|rate limit exceeded|exceeded the rate|service unavailable|maintenance|not found|bad gateway|internal server error|not (?:allowed|permitted|authori[sz]ed))\b"
    r"|拒绝|禁止|拦截|阻断|封禁|过于频繁|验证码",
    re.IGNORECASE,
)
_LONGEST = 2_000
"""Characters of a sentence that are looked at."""
_PROBLEM = "application/problem+"
"""RFC 9457: the type of an answer that describes what went wrong."""


def refuses(document: object, response: Sequence[tuple[str, str]] = ()) -> bool:
    """The document says that something refused the request or failed; `response` are the answer's headers."""
    return any(
        name == "content-type" and value.strip().lower().startswith(_PROBLEM) for name, value in response
    ) or _refuses(document, _DEEPEST)


def _refuses(document: object, deep: int) -> bool:
    if isinstance(document, list):
        return bool(deep) and len(document) == 1 and _refuses(document[0], deep - 1)
    return isinstance(document, Mapping) and any(_says_no(plain(key), value, deep) for key, value in document.items())


def _says_no(name: str, value: object, deep: int) -> bool:
    if isinstance(value, Mapping | list):
        return (name in _NAMES and bool(value)) or (name in _ENVELOPES and deep > 0 and _refuses(value, deep - 1))
    text = ("" if value is None else str(value)).strip()[:_LONGEST]
    if name in _NAMES:
        return text.lower() not in _NOTHING
    if name in _PERMITS:
        return text.lower() in _NO
    if name in _SENTENCES:
        return _SENTENCE.search(text) is not None
    if name in _CODES and isinstance(value, int) and not isinstance(value, bool):
        return 400 <= value < 600
    return name in _OUTCOMES | _CODES and _OUTCOME.fullmatch(text) is not None
