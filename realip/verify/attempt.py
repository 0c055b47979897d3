"""One request and what came of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from realip.messages import Message
from realip.verify.evidence import Claim, Sighting
from realip.verify.forgery import Forgery
from realip.verify.ip import Address

__all__ = ["Attempt", "Kind"]


class Kind(StrEnum):
    """Where and how a request was sent."""

    TARGET = "target"
    NODE_PORT = "node port"
    PROXY_V1 = "PROXY protocol v1"
    PROXY_V2 = "PROXY protocol v2"
    ABSOLUTE = "absolute form"
    CONNECTION = "Connection header"

    @property
    def extra(self) -> bool:
        """A healthy target may refuse it: then nothing was seen, and nothing is wrong."""
        return self not in {Kind.TARGET, Kind.NODE_PORT}


@dataclass(frozen=True)
class Attempt:
    """One request and what came of it."""

    kind: Kind
    address: Address
    """The address that was connected to."""
    port: int
    kept: bool = False
    """The connection had carried a request before."""
    place: int = 1
    """The number of the request on its connection."""
    forgery: Forgery = field(default_factory=lambda: Forgery(0, ""))
    local: Address | None = None
    reached: bool = False
    """A connection was made."""
    status: int | None = None
    sighting: Sighting | None = None
    shown: tuple[Claim, ...] = ()
    """Forged addresses in an answer that counts for nothing else, such as a refusal or a redirect."""
    problem: Message | None = None
    """Why there is no sighting."""
    transient: bool = False
    """A target that is still coming up would answer so."""
    refused: bool = False
    """The connection was refused."""
    cut_short: bool = False
    """Less time was left than a connection may take."""
    retry_after: float | None = None
    """Seconds after which the answer asks to be asked again."""
    milliseconds: float = 0.0
    tries: int = 1

    @property
    def family(self) -> int:
        """4 or 6."""
        return self.address.version
