"""Where an application finds its client's address."""

from enum import StrEnum

__all__ = ["Reads"]


class Reads(StrEnum):
    """Where an application finds the client's address."""

    SOCKET_PEER = "socket peer"
    X_FORWARDED_FOR = "X-Forwarded-For"
