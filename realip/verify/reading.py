"""The place where an application finds its client: its socket's peer, or a header."""

import re
from dataclasses import dataclass

from realip.errors import InputError
from realip.reads import Reads
from realip.verify.headers import FORWARDED, FORWARDED_FOR, known_header
from realip.verify.text import printable

__all__ = ["Reading"]

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
"""RFC 9110, 5.6.2: what a header's name is made of."""
_SOCKET = ("socket", "peer", Reads.SOCKET_PEER.value)
_PREFIX = "header:"
_NOT_ADDRESSES = ("host", "content-length", "transfer-encoding", "connection", "user-agent", "accept")


@dataclass(frozen=True)
class Reading:
    """The socket's peer, or a header by name."""

    header: str | None = None

    @property
    def value(self) -> str:
        """`socket peer`, or the header's name."""
        return Reads.SOCKET_PEER.value if self.header is None else self.header

    @property
    def is_forwarded(self) -> bool:
        """The header is written as RFC 7239 has it."""
        return self.header == FORWARDED

    @classmethod
    def parse(cls, text: str) -> "Reading":
        """A reading out of text: `socket`, `x-forwarded-for`, or any header's name.

        A name without '-' that nobody is known to use is more likely a slip than a header, and refused; it can be
        written as `header:NAME`. Raises InputError.
        """
        word = text.strip()
        if word.lower() in _SOCKET:
            return cls()
        forced = word.lower().startswith(_PREFIX)
        name = word[len(_PREFIX) :] if forced else word
        known = known_header(name)
        if known is not None:
            return cls(known.name)
        if not _TOKEN.fullmatch(name) or name.lower() in _NOT_ADDRESSES or not (forced or "-" in name):
            raise InputError(
                f"--reads {printable(text)!r}: write socket, {FORWARDED_FOR.lower()}, forwarded, or the name of the header that the"
                f" application reads, such as EO-Connecting-IP (one without '-' as {_PREFIX}NAME)"
            )
        return cls(name)
