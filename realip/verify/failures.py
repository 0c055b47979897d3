"""Why a request has no answer that can be read, in words, and whether waiting may help."""

import ssl
from dataclasses import dataclass

import h11

from realip.messages import Message, message
from realip.verify.text import printable

__all__ = ["ConnectTimeout", "Flood", "Limits", "Unfinished", "failure"]

_TLS_ALERT = b"\x15\x03"
"""How a TLS server answers plain HTTP (RFC 8446, 5.1)."""


_HTTP_2 = b"\x00\x00"
"""The start of the frame that a server of HTTP/2 says first: its length, of three bytes (RFC 9113, 3.4)."""


_TLS_REASONS = (("ALERT_CERTIFICATE_REQUIRED", "tls_wants_certificate"), ("UNRECOGNIZED_NAME", "tls_other_name"))
"""Alerts that have a remedy, in OpenSSL's words (RFC 8446, 6.2)."""


class Flood(Exception):
    """An answer that goes on and on."""


class Unfinished(Exception):
    """A connection that ended before the answer did."""


class ConnectTimeout(TimeoutError):
    """No connection was made in time."""


@dataclass(frozen=True)
class Limits:
    """How far a request came, and the seconds that it had."""

    request: float
    connect: float
    made: bool
    """A connection was made."""
    begun: bool
    """The head of an answer was read."""
    secure: bool


def failure(error: BaseException, limits: Limits, first: bytes) -> tuple[Message, bool, bool]:
    """Why there is nothing to read, whether waiting may help, and whether the connection was refused.

    `first` is what the server said first.
    """
    if isinstance(error, ConnectTimeout):
        return message("no_connection_within", limit=f"{limits.connect:.3g}"), True, False
    if isinstance(error, TimeoutError) and not getattr(error, "errno", None):
        return message("no_answer_within", limit=f"{limits.request:.3g}"), not limits.begun, False
    if isinstance(error, ssl.SSLCertVerificationError):
        return message("certificate_not_trusted", why=printable(error.verify_message)), False, False
    if isinstance(error, ssl.SSLError):
        reason = printable(getattr(error, "reason", None) or str(error))
        code = next((code for alert, code in _TLS_REASONS if alert in reason), "tls_failed")
        return message(code, why=reason), False, False
    if first == _TLS_ALERT and not limits.secure:
        return message("speaks_tls"), False, False
    if first == _HTTP_2:
        return message("speaks_http_2"), False, False
    if isinstance(error, Flood):
        return message("answer_flood"), False, False
    return _broken(error) if limits.made else _not_made(error)


def _broken(error: BaseException) -> tuple[Message, bool, bool]:
    """The fate of a connection that was made."""
    if isinstance(error, Unfinished | EOFError):
        return message("closed_early"), True, False
    text = printable(str(error)) or type(error).__name__
    if isinstance(error, h11.RemoteProtocolError):
        closed = "closed connection" in text or "without sending complete" in text
        return (message("closed_early") if closed else message("not_http", why=text)), closed, False
    return message("connection_broke", why=text), isinstance(error, OSError), False


def _not_made(error: BaseException) -> tuple[Message, bool, bool]:
    """Why no connection was made."""
    if isinstance(error, ConnectionRefusedError):
        return message("connection_refused"), True, True
    if isinstance(error, ConnectionResetError):
        return message("connection_reset"), True, True
    words = printable((error.strerror or "").lower()) if isinstance(error, OSError) else ""
    return message("no_connection", why=words or printable(str(error)) or type(error).__name__), True, False
