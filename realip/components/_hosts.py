"""Hosts, paths and certificates of an Ingress, as Kubernetes and TKE are told them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi

from realip import exposure_rules, rules, tke
from realip.components._arguments import Arguments, Items, Known, Rules, Shape, as_integer
from realip.components._certificates import certificate_problems, certified, make_certificate
from realip.components._component import Children
from realip.components._ports import as_json
from realip.components.load_balancer import url
from realip.forwarding import HTTP, HTTPS, Forwarding, Host, forwarding_problems
from realip.problems import Problem

if TYPE_CHECKING:
    from pulumi_kubernetes.networking import v1 as networking  # loaded only where there is an Ingress

__all__ = [
    "HOST_RULES",
    "IngressHost",
    "IngressPath",
    "Layer7",
    "Layer7Args",
    "ListenPorts",
    "certificate_name",
    "forwarded",
    "host_problems",
    "known_forwarding",
    "layer_7",
]


class IngressPath(TypedDict):
    """A path of a host, and the Service that it leads to."""

    path: str
    """The start of a path, such as `/api`: everything under it goes the same way."""
    service: NotRequired[pulumi.Input[str]]
    """Another Service of the namespace; this app's if unset. Without direct access it has to be of type NodePort (E4047)."""
    port: NotRequired[pulumi.Input[int]]
    """That Service's port."""


class IngressHost(TypedDict):
    """A host that the load balancer serves."""

    host: str
    """A domain name in lower case, or a wildcard such as `*.example.com`."""
    paths: NotRequired[Sequence[IngressPath]]
    """Its paths; everything to this app if unset."""
    certificate_id: NotRequired[pulumi.Input[str]]
    """Id of its certificate in Tencent Cloud: it is served by HTTPS then. A Secret that names it is made."""
    certificate_secret: NotRequired[pulumi.Input[str]]
    """An Opaque Secret that is there and has the certificate's id as `qcloud_cert_id`, instead of certificate_id."""


class ListenPorts(TypedDict, total=False):
    """Ports of the load balancer's listeners; read when the Ingress is made."""

    http: int
    """80 if unset."""
    https: int
    """443 if unset."""


class Layer7Args(TypedDict, total=False):
    """The arguments of an Ingress about layer 7."""

    hosts: Sequence[IngressHost]
    redirect: bool
    listen_ports: ListenPorts
    shared: bool


def _to_a_service(arguments: Arguments, path: Known) -> Iterator[Problem]:
    """Another Service with its port."""
    if "service" in path.said and "port" not in path.said:
        yield arguments.lacks("port", exposure_rules.NO_PORT_OF_THE_SERVICE)
    if "port" in path.said and "service" not in path.said:
        yield arguments.refuse("port", path.get("port"), exposure_rules.ANOTHER_SERVICES_PORT)


INGRESS_PATH = Shape(
    IngressPath,
    {"path": exposure_rules.forwarded_path, "service": rules.service_name, "port": rules.port},
    _to_a_service,
)
INGRESS_HOST = Shape(
    IngressHost,
    {
        "host": exposure_rules.forwarded_host,
        "paths": Items(INGRESS_PATH, at_least_one="path"),
        "certificate_id": exposure_rules.certificate_id,
        "certificate_secret": rules.dns_subdomain,
    },
    certificate_problems,
)
LISTEN_PORTS = Shape(ListenPorts, {"http": rules.port, "https": rules.port})
HOST_RULES: Rules = {"hosts": Items(INGRESS_HOST, at_least_one="host"), "listen_ports": LISTEN_PORTS}
"""Rules of the arguments about layer 7."""
_PLACES: Mapping[str, tuple[str, ...]] = {
    "http_port": ("listen_ports", "http"),
    "https_port": ("listen_ports", "https"),
}


def host_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Hosts, listeners and a load balancer that go together."""
    balancer = args.get("load_balancer")
    if args.get("shared") and "load_balancer" not in args.wrong and "existing_id" not in getattr(balancer, "said", ()):
        message = "goes with load_balancer.existing_id, the load balancer that several Ingresses share; name it, or remove this"
        yield arguments.refuse("shared", value=True, message=message)
    found = known_forwarding(args)
    if found is None:
        return
    for problem in forwarding_problems(found):
        steps: list[int | str] = [*_PLACES.get(str(problem.place[0]), ()), *problem.place[1:]]
        if problem.place[0] not in _PLACES:
            steps.insert(0, problem.place[0])
        place = arguments
        for step in steps[:-1]:
            place = place.entry(step) if isinstance(step, int) else place.at(step)
        yield place.refuse(str(steps[-1]), problem.value, problem.message)


def known_forwarding(args: Known) -> Forwarding | None:
    """The forwarding that arguments under examination ask for; None where something in it is wrong by itself."""
    if {"hosts", "redirect", "listen_ports"} & args.wrong:
        return None
    ports = args.get("listen_ports") or Known()
    hosts = tuple(_known(host) for host in args.entries("hosts"))
    return Forwarding(hosts, args.get("redirect"), ports.get("http"), ports.get("https"))


def _known(host: Known) -> Host:
    paths = tuple(path.text("path") or "" for path in host.entries("paths"))
    return Host(host.text("host") or "", paths or ("/",), certified(host))


def forwarded(args: Mapping[str, Any]) -> Forwarding:
    """The forwarding that the arguments of an Ingress ask of its load balancer's listeners."""
    ports: Mapping[str, int] = args.get("listen_ports") or {}
    hosts = tuple(
        Host(
            host["host"],
            tuple(path["path"] for path in host.get("paths") or ()) or ("/",),
            certified="certificate_id" in host or "certificate_secret" in host,
        )
        for host in args.get("hosts") or ()
    )
    return Forwarding(hosts, args.get("redirect"), _whole(ports.get("http")), _whole(ports.get("https")))


def _whole(port: int | None) -> int | None:
    return None if port is None else int(port)


@dataclass(frozen=True)
class Layer7:
    """The part of an Ingress about hosts, paths and certificates."""

    spec: "networking.IngressSpecArgsDict"
    annotations: Mapping[str, "pulumi.Input[str]"]
    forwarding: Forwarding

    def url(self, address: pulumi.Output[str]) -> pulumi.Output[str]:
        """The URL of the first host that is no wildcard; of the address where there is none."""
        listeners = self.forwarding.listeners
        named = next((host for host in self.forwarding.hosts if not host.wildcard), None)
        first = named or next(iter(self.forwarding.hosts), None)
        scheme = HTTPS if first is not None and first.certified else HTTP
        place = address if named is None else address.apply(lambda _: named.host)
        return url(place, listeners[scheme], scheme.lower())


def layer_7(
    children: Children, name: str, args: Mapping[str, Any], service: "pulumi.Input[str]", namespace: "pulumi.Input[str]"
) -> Layer7:
    """Rules, certificates and listeners of an Ingress, and the Secrets that name the certificates."""
    hosts: Sequence[IngressHost] = args.get("hosts") or ()
    forwarding = forwarded(args)
    here: Backend = (service, as_integer(args["port"]))
    if not hosts:
        spec: networking.IngressSpecArgsDict = {"rules": [{"http": {"paths": [_path("/", here)]}}]}
        return Layer7(spec, _listening(forwarding, shared=args.get("shared")), forwarding)
    backends = {host["host"]: _backends(host, here) for host in hosts}
    spec = {
        "rules": [
            {"host": host, "http": {"paths": [_path(path, backend) for path, backend in found]}}
            for host, found in backends.items()
        ]
    }
    secrets = {host["host"]: _secret(children, name, args["ingress"], namespace, host) for host in hosts}
    if secured := [(host, secret) for host, secret in secrets.items() if secret is not None]:
        spec["tls"] = [{"hosts": [host], "secret_name": secret} for host, secret in secured]
    annotations = _listening(forwarding, shared=args.get("shared"))
    if forwarding.mixed:
        annotations[tke.INGRESS_RULE_MIX] = "true"
        annotations[tke.INGRESS_HTTP_RULES] = _rules(forwarding.served(HTTP), backends)
        annotations[tke.INGRESS_HTTPS_RULES] = _rules(forwarding.served(HTTPS), backends)
    return Layer7(spec, annotations, forwarding)


Backend = tuple[Any, Any]
"""A Service's name and its port."""


def _backends(host: IngressHost, here: Backend) -> list[tuple[str, Backend]]:
    found: list[tuple[str, Backend]] = []
    for path in host.get("paths") or [IngressPath(path="/")]:
        there = here if "service" not in path else (path["service"], as_integer(path["port"]))
        found.append((path["path"], there))
    return found


def _path(path: str, backend: Backend) -> "networking.HTTPIngressPathArgsDict":
    service, port = backend
    return {"path": path, "path_type": "Prefix", "backend": {"service": {"name": service, "port": {"number": port}}}}


def _secret(
    children: Children, name: str, ingress: "pulumi.Input[str]", namespace: "pulumi.Input[str]", host: IngressHost
) -> "pulumi.Input[str] | None":
    """The Secret of a host's certificate; it is called after the host, so that another certificate keeps it."""
    if "certificate_id" not in host:
        return host.get("certificate_secret")
    domain = host["host"]
    called = pulumi.Output.from_input(ingress).apply(lambda known: certificate_name(known, domain))
    return make_certificate(children, f"{name}-certificate-{domain}", called, namespace, host["certificate_id"])


def certificate_name(ingress: str, domain: str) -> str:
    """The name of the Secret that is made for a host's certificate."""
    return f"{ingress}{domain.removeprefix('*')}" if domain.startswith("*") else f"{ingress}-{domain}"


def _rules(hosts: Sequence[Host], backends: Mapping[str, list[tuple[str, Backend]]]) -> "pulumi.Input[str]":
    """Rules of one protocol, as TKE's annotations have them (TKE 45693)."""
    return as_json(
        [
            {"host": host.host, "path": path, "backend": {"serviceName": service, "servicePort": _text(port)}}
            for host in hosts
            for path, (service, port) in backends[host.host]
        ]
    )


def _text(port: "pulumi.Input[int]") -> "pulumi.Input[str]":
    return str(port) if isinstance(port, int) else pulumi.Output.format("{0}", port)


def _listening(forwarding: Forwarding, *, shared: bool | None) -> dict[str, "pulumi.Input[str]"]:
    """Annotations about listeners; nothing where nothing is said."""
    found: dict[str, pulumi.Input[str]] = {}
    if forwarding.redirect is not None:
        # Without the annotation a redirection that is there would stay (TKE 59096).
        found[tke.INGRESS_AUTO_REWRITE] = "true" if forwarding.redirect else "false"
        found[tke.INGRESS_REWRITE_SUPPORT] = "true"
    if forwarding.http_port is not None or forwarding.https_port is not None:
        found[tke.INGRESS_LISTEN_PORTS] = as_json([{kind: port} for kind, port in forwarding.listeners.items()])
    if shared:
        found[tke.INGRESS_GROUP] = "true"
    return found
