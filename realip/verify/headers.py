"""The headers in which proxies hand on a client's address and applications look for it: what a client would forge.

Each has the source that says who writes or reads it. An application that believes one of them, behind nothing that
writes it, believes its clients.
"""

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["CLIENT_HEADERS", "FORWARDED", "FORWARDED_FOR", "ClientHeader", "Form", "known_header", "plain"]


class Form(Enum):
    """How a header is written."""

    ONE = auto()
    """One address."""
    LIST = auto()
    """Addresses with commas between them, the client's own to the left."""
    PORT = auto()
    """One address and a port."""
    FORWARDED = auto()
    """RFC 7239: `for=192.0.2.1;proto=http, for="[2001:db8::1]"`."""


@dataclass(frozen=True)
class ClientHeader:
    """One header that names a client."""

    name: str
    form: Form
    source: str


FORWARDED_FOR = "X-Forwarded-For"
FORWARDED = "Forwarded"

_IPWARE = "python-ipware, DEFAULT precedence"
_JAVA = "the list that Java programs hand on (WebLogic's plug-in and its kin)"
_REQUEST_IP = "request-ip on npm, the order in its README"
_UNDERSCORE = "CGI (RFC 3875, 4.1.18) spells '-' and '_' alike, so this is a second way into the same variable"
_MISTAKEN = "a CGI variable's name taken for a header's"
_SCANNERS = "tried by scanners against address rules: PortSwigger's and OWASP's lists"

CLIENT_HEADERS: tuple[ClientHeader, ...] = tuple(
    ClientHeader(name, form, source)
    for name, form, source in (
        (FORWARDED_FOR, Form.LIST, "de facto standard; CLB, ALB, nginx, Envoy and HAProxy append to it"),
        ("X-Real-IP", Form.ONE, "nginx ngx_http_realip_module; CLB sets it"),
        (FORWARDED, Form.FORWARDED, "RFC 7239"),
        ("True-Client-IP", Form.ONE, "Akamai; Cloudflare Enterprise; go-chi RealIP reads it first"),
        ("X-Client-IP", Form.ONE, "Apache mod_remoteip's example; " + _REQUEST_IP),
        ("Client-IP", Form.ONE, "Rails ActionDispatch::RemoteIp; PHP's HTTP_CLIENT_IP"),
        ("CF-Connecting-IP", Form.ONE, "Cloudflare fundamentals, HTTP request headers"),
        ("CF-Connecting-IPv6", Form.ONE, "Cloudflare fundamentals, HTTP request headers"),
        ("CF-Pseudo-IPv4", Form.ONE, "Cloudflare network, Pseudo IPv4"),
        ("EO-Connecting-IP", Form.ONE, "Tencent EdgeOne, tencentcloud.com/document/product/1145/54211"),
        ("EO-Client-IP", Form.ONE, "Tencent EdgeOne, tencentcloud.com/document/product/1145/46970"),
        ("Fastly-Client-IP", Form.ONE, "Fastly developer reference, http-headers"),
        ("X-Cluster-Client-IP", Form.ONE, "Rackspace, Riverbed; " + _IPWARE),
        ("X-Original-Forwarded-For", Form.LIST, "ingress-nginx, where it keeps what the client sent"),
        ("X-Envoy-External-Address", Form.ONE, "Envoy http_conn_man, headers; Istio"),
        ("X-Azure-ClientIP", Form.ONE, "Azure Front Door, HTTP headers"),
        ("X-Azure-SocketIP", Form.ONE, "Azure Front Door, HTTP headers"),
        ("CloudFront-Viewer-Address", Form.PORT, "Amazon CloudFront, request headers"),
        ("X-Appengine-User-IP", Form.ONE, "Google App Engine, request headers"),
        ("Ali-CDN-Real-IP", Form.ONE, "Alibaba Cloud CDN, origin request headers"),
        ("CDN-Src-IP", Form.ONE, "Wangsu and ChinaCache CDN"),
        ("Incap-Client-IP", Form.ONE, "Imperva Incapsula"),
        ("X-Sucuri-ClientIP", Form.ONE, "Sucuri firewall"),
        ("Fly-Client-IP", Form.ONE, "Fly.io, request headers"),
        ("X-NF-Client-Connection-IP", Form.ONE, "Netlify"),
        ("X-Vercel-Forwarded-For", Form.LIST, "Vercel, request headers"),
        ("DO-Connecting-IP", Form.ONE, "DigitalOcean App Platform"),
        ("Ar-Real-IP", Form.ONE, "ArvanCloud CDN"),
        ("L5d-Remote-IP", Form.ONE, "Linkerd"),
        ("X-MS-Forwarded-Client-IP", Form.ONE, "Active Directory Federation Services"),
        ("X-Forwarded", Form.LIST, _REQUEST_IP + "; " + _IPWARE),
        ("Forwarded-For", Form.LIST, _REQUEST_IP + "; " + _IPWARE),
        ("X-Forwarded-For-Original", Form.LIST, "Akamai and Varnish set-ups that keep what the client sent"),
        ("X-Forwarded-Client-IP", Form.ONE, _SCANNERS),
        ("Proxy-Client-IP", Form.ONE, _JAVA),
        ("WL-Proxy-Client-IP", Form.ONE, _JAVA),
        ("X-ProxyUser-IP", Form.ONE, "Google's services behind proxies"),
        ("X-Originating-IP", Form.ONE, "webmail; " + _SCANNERS),
        ("X-Remote-IP", Form.ONE, _SCANNERS),
        ("X-Remote-Addr", Form.ONE, _SCANNERS),
        ("Remote-Addr", Form.ONE, _SCANNERS),
        ("X-Real-Client-IP", Form.ONE, _SCANNERS),
        ("X-Source-IP", Form.ONE, _SCANNERS),
        ("Source-IP", Form.ONE, _SCANNERS),
        ("Real-IP", Form.ONE, _SCANNERS),
        ("X-User-IP", Form.ONE, _SCANNERS),
        ("X-Custom-IP-Authorization", Form.ONE, _SCANNERS),
        ("Z-Forwarded-For", Form.LIST, "Zscaler"),
        ("X_Forwarded_For", Form.LIST, _UNDERSCORE),
        ("X_Real_IP", Form.ONE, _UNDERSCORE),
        ("True_Client_IP", Form.ONE, _UNDERSCORE),
        ("X_Client_IP", Form.ONE, _UNDERSCORE),
        ("HTTP_X_FORWARDED_FOR", Form.LIST, _MISTAKEN),
        ("HTTP_CLIENT_IP", Form.ONE, _MISTAKEN),
    )
)
"""X-Forwarded-For first; well under the hundred fields that common servers take in a request."""


def plain(name: str) -> str:
    """A name without its separators and case: `X-Forwarded-For`, `x_forwarded_for` and `xForwardedFor` are one."""
    return name.lower().replace("-", "").replace("_", "").replace(" ", "")


_BY_LOWER = {header.name.lower(): header for header in CLIENT_HEADERS}


def known_header(name: str) -> ClientHeader | None:
    """The header of the catalogue with that name, in any case."""
    return _BY_LOWER.get(name.lower())
