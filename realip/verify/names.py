"""The names under which applications show their client, their headers and themselves, without case and separators."""

from realip.verify.headers import CLIENT_HEADERS, plain
from realip.verify.reading import Reading

__all__ = [
    "ADDRESS_NAMES",
    "CLIENT_PARENTS",
    "CONCLUSIONS",
    "ENVELOPES",
    "PEERS",
    "PEER_PARENTS",
    "POD_NAMES",
    "POD_PARENTS",
    "REFUSALS",
    "UNSURE",
    "HeaderNames",
    "is_header_container",
    "is_response_container",
]

PEERS = (
    *("remoteaddr", "remoteaddress", "remoteip", "remoteipaddress", "socketpeer", "peer", "peeraddr", "peeraddress"),
    *("peerip", "peername", "socketaddress", "socketaddr", "socketip", "connectionip", "remotesocketaddress", "remote"),
)
"""Names that frameworks give to the other end of the socket."""
CONCLUSIONS = (
    *("clientip", "clientipaddress", "clientaddr", "clientaddress", "clienthost", "client", "callerip", "caller"),
    *("visitorip", "visitor", "userip", "yourip", "myip", "realip", "sourceip", "srcip", "sourceaddress", "requestip"),
    *("remoteclient", "originip", "originaddress", "origin"),
)
"""Names that applications give to its client, surest first."""
UNSURE = ("ip", "ipaddr", "ipaddress", "address", "addr", "query")
"""May be the client's, or the application's own; read where nothing surer is shown."""
ADDRESS_NAMES = frozenset(
    ("ip", "ipaddr", "ipaddress", "address", "addr", "host", "remoteaddr", "remoteaddress", "hostaddress")
)
"""Names of an address inside an object that says whose it is."""
PEER_PARENTS = frozenset(("connection", "socket", "peer", "remote", "remoteaddr", "remoteaddress", "tcp"))
CLIENT_PARENTS = frozenset(("client", "caller", "visitor", "requester", "origin"))
ENVELOPES = frozenset(
    (
        *("data", "result", "body", "payload", "response", "content", "value", "echo", "attributes", "info", "args"),
        *("request", "req", "http", "httprequest", "incoming", "message", "context", "environ", "meta", "server"),
        *("host", "source", "details", "scope", "cgi", "serverparams", "variables"),
    )
)
"""Objects around a field that leave its meaning as it is."""
POD_NAMES = ("pod", "podname", "hostname")
POD_PARENTS = ("os", "environment", "env", "server", "kubernetes", "k8s", "pod", "host", "data", "runtime", "metadata")
REFUSALS = frozenset(
    (
        *("error", "errors", "blocked", "denied", "violation", "incident", "incidentid", "supportid", "rayid"),
        *("eventid", "referenceid", "errorcode"),
    )
)
"""Words of a gateway or firewall that answers in place of the application."""
_CONTAINERS = frozenset(
    (
        *("header", "headers", "requestheader", "requestheaders", "httpheaders", "reqheaders", "rawheaders"),
        *("multivalueheaders", "allheaders", "incomingheaders", "receivedheaders", "headersreceived", "headerlist"),
        *("headersdistinct", "httprequestheaders", "metadata"),
    )
)
_AMBIGUOUS = frozenset((*PEERS, *CONCLUSIONS, *UNSURE))
_CGI = "http_"
"""RFC 3875: what a header's name is prefixed with as a variable."""


def is_header_container(key: str) -> bool:
    """An object of that name holds the headers of the request."""
    return plain(key) in _CONTAINERS


def is_response_container(key: str) -> bool:
    """An object of that name holds the headers of the answer, which say nothing of the request."""
    return "response" in plain(key) and "header" in plain(key)


class HeaderNames:
    """Tells keys of an answer that are headers' names."""

    def __init__(self, reading: Reading) -> None:
        """The header that is read need not be of the catalogue."""
        wire = {header.name.lower() for header in CLIENT_HEADERS} | (
            {reading.header.lower()} if reading.header else set()
        )
        self._wire = wire
        self._plain = {plain(name) for name in wire} - _AMBIGUOUS

    def header(self, key: str, *, inside: bool, cgi: bool = False) -> str | None:
        """The header's name that a key is, without a CGI prefix; None if it is none.

        `inside` an object of headers every key is one, with the prefix where they are variables of `cgi`. Elsewhere `Client-IP` is a header and `client_ip` is not: so does
        an application call what it worked out.
        """
        lower = key.lower()
        if lower.startswith(_CGI) and (cgi or not inside or lower not in self._wire):
            return key[len(_CGI) :]
        if inside or lower in self._wire:
            return key
        return key if plain(key) in self._plain else None
