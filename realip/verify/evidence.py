"""The evidence in an answer, each value with a label: where it stands, and what the answer says that it is."""

from dataclasses import dataclass
from enum import StrEnum

from realip.messages import Message
from realip.verify.ip import Address

__all__ = ["Claim", "Evidence", "Label", "Sighting"]


class Label(StrEnum):
    """The label of a value in an answer."""

    HEADER = "header"
    """A header that reached the application, under its name."""
    SOCKET_PEER = "socket peer"
    """The other end of the application's socket."""
    CONCLUSION = "conclusion"
    """The address that the application takes for its client's, however it came by it."""


@dataclass(frozen=True)
class Evidence:
    """A value of an answer."""

    label: Label
    field: str
    """Where it stands: `headers.X-Forwarded-For`, `client_ip`, or `the whole answer`."""
    values: tuple[str, ...]
    """One address, or the elements of a header or chain from left to right; none where a header is said to be missing."""
    sure: bool = True
    """The field's name can mean nothing but the client; `ip` may be the application's own."""


@dataclass(frozen=True)
class Claim:
    """A forged address that an answer shows."""

    address: Address
    header: str
    """The header that claimed it."""
    field: str
    """Where the answer shows it."""
    echo: bool
    """It stands there as a header that reached the application, or in a chain of such: then nobody believed it."""
    stale: bool = False
    """Another request than the answered one claimed it."""


@dataclass(frozen=True)
class Sighting:
    """The reading of one answer."""

    header: Evidence | None = None
    """The header that is read, where the answer shows it or says that there was none."""
    shows_headers: bool = False
    """The answer shows the headers of this request, so that one that is not among them did not arrive."""
    peers: tuple[Evidence, ...] = ()
    conclusions: tuple[Evidence, ...] = ()
    """Surest first."""
    named: Evidence | None = None
    """The value that `--json-path` names."""
    claims: tuple[Claim, ...] = ()
    fresh: bool | None = None
    """The answer shows the number of this request; None if it shows none, False if that of another."""
    foreign: bool = False
    """The answer shows the headers of a request of another program."""
    cached: str | None = None
    """The response header by which a cache says that it answered."""
    pod: str | None = None
    """The name that the application gives itself."""
    problem: Message | None = None
    """Why there is nothing to read, where that is known."""

    @property
    def believed(self) -> tuple[Claim, ...]:
        """Forged addresses of the answered request that stand for themselves."""
        return tuple(claim for claim in self.claims if not claim.echo and not claim.stale)
