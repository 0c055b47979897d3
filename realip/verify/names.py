"""The names under which applications show their client, their headers and themselves, without case and separators."""

import re
from collections.abc import Collection

from realip.verify.forgery import NONCE_HEADER
from realip.verify.headers import CLIENT_HEADERS, FORWARDED_FOR, plain
from realip.verify.reading import Reading

__all__ = [
    "ADDRESS_NAMES",
    "AMBIGUOUS",
    "CLIENT_PARENTS",
    "CONCLUSIONS",
    "ENVELOPES",
    "PEERS",
    "PEER_PARENTS",
    "POD_NAMES",
    "POD_PARENTS",
    "SENT",
    "UNSURE",
    "HeaderNames",
    "answers_among",
    "is_header_container",
    "is_response_container",
]

PEERS = (
    *("remoteaddr", "remoteaddress", "remoteip", "remoteipaddress", "socketpeer", "peer", "peeraddr", "peeraddress"),
    *("peerip", "peername", "socketaddress", "socketaddr", "socketip", "connectionip", "remotesocketaddress", "remote"),
    *("remotehost", "userhostaddress", "networkpeeraddress", "downstreamdirectremoteaddress", "remoteendpoint"),
)
"""Names that frameworks give to the other end of the socket."""
CONCLUSIONS = (
    *("clientip", "clientipaddress", "clientaddr", "clientaddress", "clienthost", "client", "callerip", "caller"),
    *("visitorip", "visitor", "userip", "yourip", "myip", "realip", "sourceip", "srcip", "sourceaddress", "requestip"),
    *("remoteclient", "originip", "originaddress", "origin", "realipremoteaddr", "downstreamremoteaddress"),
)
"""Names that applications give to its client, surest first."""
UNSURE = ("ip", "ipaddr", "ipaddress", "ipv4", "ipv6", "address", "addr", "src", "from", "query")
"""May be the client's, or the application's own; read where nothing surer is shown."""
ADDRESS_NAMES = frozenset(
    ("ip", "ipaddr", "ipaddress", "address", "addr", "host", "hostname", "remoteaddr", "remoteaddress", "hostaddress")
)
"""Names of an address inside an object that says whose it is."""
PEER_PARENTS = frozenset(("connection", "socket", "peer", "remote", "remoteaddr", "remoteaddress", "tcp"))
CLIENT_PARENTS = frozenset(("client", "caller", "visitor", "requester", "requestip", "origin"))
ENVELOPES = frozenset(
    (
        "",
        *("data", "result", "body", "payload", "response", "content", "value", "echo", "attributes", "info", "args"),
        *("request", "req", "http", "httprequest", "incoming", "message", "context", "environ", "meta", "server"),
        *(
            "host",
            "source",
            "details",
            "scope",
            "cgi",
            "serverparams",
            "variables",
            "requestcontext",
            "identity",
            "conn",
        ),
    )
)
"""Objects around a field that leave its meaning as it is, as elements of an array do."""
POD_NAMES = ("pod", "podname", "hostname")
POD_PARENTS = ("os", "environment", "env", "server", "kubernetes", "k8s", "pod", "host", "data", "runtime", "metadata")
_CONTAINERS = frozenset(
    (
        *("header", "headers", "requestheader", "requestheaders", "httpheaders", "reqheaders", "rawheaders"),
        *("multivalueheaders", "allheaders", "incomingheaders", "receivedheaders", "headersreceived", "headerlist"),
        *("headersdistinct", "httprequestheaders"),
    )
)
SENT = frozenset(("useragent", "host", "accept", "acceptencoding", "cachecontrol", plain(NONCE_HEADER)))
"""Headers of every request: an object that has two of them shows a request's headers."""
_REQUESTS, _ANSWERS = frozenset(("request", "req")), frozenset(("response", "resp", "res", "reply"))
_FIELDS = frozenset((*PEERS, *CONCLUSIONS, *UNSURE))
AMBIGUOUS = frozenset(plain(header.name) for header in CLIENT_HEADERS) & _FIELDS
"""Names of headers that are names of fields too: `client-ip` may be what a client sent, or what the application worked out."""
_CGI = "http_"
"""RFC 3875: what a header's name is prefixed with as a variable."""
_BEFORE = re.compile(
    r"(?:(?:http|request|req|incoming|received|raw|client)[._ -])*(?:headers?|hdr)[._ -]|(?:raw|request|req)[._ -]"
)
"""Words before a header's name that leave it one: `http.request.header.x-forwarded-for` (OpenTelemetry), `header_x_real_ip`."""
_AFTER = re.compile(r"[._ -](?:headers?|raw|chain|list|values?|lines?|string)|\[\]| \(raw\)")
_SHORT = {"xff": FORWARDED_FOR}
"""Abbreviations of headers."""


def is_header_container(key: str) -> bool:
    """An object of that name holds the headers of the request."""
    return plain(key) in _CONTAINERS


def is_response_container(key: str) -> bool:
    """An object of that name holds the headers of the answer, which say nothing of the request."""
    return "response" in plain(key) and "header" in plain(key)


def answers_among(keys: Collection[str]) -> list[str]:
    """The names of the answer in an object that has a request and an answer: headers in there were not the client's."""
    if not any(plain(key) in _REQUESTS for key in keys):
        return []
    return [key for key in keys if plain(key) in _ANSWERS]


class HeaderNames:
    """Tells keys of an answer that are headers' names."""

    def __init__(self, reading: Reading) -> None:
        """The header that is read need not be of the catalogue."""
        self._wire = {header.name.lower() for header in CLIENT_HEADERS} | (
            {reading.header.lower()} if reading.header else set()
        )
        self._read = plain(reading.header or "")
        self._plain = {plain(name) for name in self._wire} - _FIELDS

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
        return key if plain(key) in self._plain else self._decorated(lower)

    def _decorated(self, lower: str) -> str | None:
        """The header's name that a key has among words which say that it is one."""
        before = _BEFORE.match(lower)
        core = lower[before.end() :] if before else lower
        after = _AFTER.search(core)
        core = core[: after.start()] if after and after.end() == len(core) else core
        if core in _SHORT:
            return _SHORT[core]
        sure = before is not None and before[0].rstrip("._ -").endswith(("header", "headers", "hdr"))
        known = self._plain | (AMBIGUOUS if sure else set())
        return core if core != lower and plain(core) in known else None

    def are_headers(self, found: Collection[str]) -> bool:
        """The names are those of a request's headers, whatever they stand under, and of nothing else that counts."""
        sent = SENT.intersection(plain(name).removeprefix("http") for name in found)
        return len(sent) > 1 and not any(plain(name) in _FIELDS for name in found if name.lower() not in self._wire)

    def may_be_field(self, key: str) -> bool:
        """A header's name outside an object of headers that an application also calls its client or its peer."""
        return plain(key) in AMBIGUOUS and plain(key) != self._read
