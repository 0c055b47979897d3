"""The URL that is asked, in the parts that a connection needs."""

from dataclasses import dataclass, replace
from urllib.parse import SplitResult, quote, urlsplit

from realip.errors import InputError
from realip.verify.ip import parse_address
from realip.verify.text import printable

__all__ = ["HIGHEST_PORT", "Target"]

HIGHEST_PORT = 65_535
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Target:
    """A URL in the parts that a connection needs."""

    scheme: str
    host: str
    """The address to connect to: a name or an address without brackets."""
    port: int
    resource: str
    """Path and query, percent-encoded."""
    name: str
    """The name to send as `Host` without the port, and to check a certificate for."""

    @classmethod
    def parse(cls, url: str, where: str, name: str | None = None) -> "Target":
        """The parts of a URL. Raises InputError, which names `where` the URL came from."""
        parts, port = _split(url, where)
        host = parts.hostname or ""
        if parts.scheme == "udp":
            raise InputError(
                f"{where} {printable(url)!r}: is asked by UDP, and verify asks by HTTP: give the URL of a port that speaks HTTP"
            )
        if parts.scheme not in DEFAULT_PORTS:
            raise InputError(f"{where} {printable(url)!r}: write a whole URL that starts with http:// or https://")
        if parts.username is not None or parts.password is not None:
            raise InputError(f"{where}: leave user name and password out of the URL; it is printed in the report")
        if "%" in host:
            raise InputError(f"{where} {printable(url)!r}: an address with a zone is on this link only and no target")
        if not parse_address(host):
            host = _dns_name(host, f"{where} {printable(url)!r}")
        if name is not None:
            name = _dns_name(name, "--host")
        return cls(
            parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, _resource(parts), name or host
        )

    def at(self, path: str) -> "Target":
        """The same target with another path, which may have a query."""
        return replace(self, resource=_resource(urlsplit(f"http://host{path}")))

    @property
    def url(self) -> str:
        """The URL again, in one spelling."""
        return f"{self.scheme}://{self.authority(self.host)}{self.resource}"

    @property
    def url_as_sent(self) -> str:
        """The URL in absolute form, as a request to a proxy has it (RFC 9112, 3.2.2)."""
        return f"{self.scheme}://{self.authority(self.name)}{self.resource}"

    def authority(self, host: str) -> str:
        """A host and the port, as a URL and the `Host` header have them."""
        host = f"[{host}]" if ":" in host else host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def _split(url: str, where: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise InputError(f"{where} {printable(url)!r}: {printable(str(error))}") from None
    if port == 0:
        raise InputError(f"{where} {printable(url)!r}: port 0 is no port; ports are 1 to {HIGHEST_PORT}")
    return parts, port


def _resource(parts: SplitResult) -> str:
    safe = "/%:@!$&'()*+,;=~?"
    return quote(parts.path or "/", safe=safe[:-1]) + ("?" + quote(parts.query, safe=safe) if parts.query else "")


def _dns_name(host: str, where: str) -> str:
    """A host name as DNS has it. Raises InputError."""
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not name or not all(
        part and set(part.lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
        for part in name.rstrip(".").split(".")
    ):
        raise InputError(f"{where}: there is no host name or address that can be used")
    return name
