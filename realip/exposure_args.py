"""From settings to the arguments of what exposes an app: its load balancer, its ports, its TkeServiceConfig."""

from collections.abc import Iterator
from typing import TypedDict

import pulumi

from realip.components._hosts import IngressHost, IngressPath, Layer7Args, ListenPorts
from realip.components._ports import ServicePort
from realip.components.client_access import ClientAccessArgs
from realip.components.load_balancer import LoadBalancer
from realip.components.tke_service_config import (
    HealthCheck,
    L7Domain,
    L7Listener,
    TkeServiceConfigArgs,
)
from realip.forwarding import Host
from realip.settings.exposure_plan import forwarding, listeners, listening_ports, named_clients, service_config_name
from realip.settings.models import Settings
from realip.settings.sections.load_balancer import HostSettings, PathSettings, PortSettings

__all__ = ["client_access_args", "layer_7_args", "load_balancer_args", "port_args", "service_config_args"]


def load_balancer_args(settings: Settings) -> LoadBalancer:
    """The load balancer, but for what has to be made first: a subnet, a TkeServiceConfig, a security group."""
    balancer = settings.load_balancer
    args = LoadBalancer(timeout_seconds=balancer.timeout_seconds)
    if balancer.existing_id is not None:
        args["existing_id"] = balancer.existing_id
    if balancer.bandwidth is not None:
        args["bandwidth"] = balancer.bandwidth
    if balancer.charge_type is not None:
        args["charge_type"] = balancer.charge_type
    if balancer.security_group_ids:
        args["security_group_ids"] = balancer.security_group_ids
    return args


def client_access_args(settings: Settings) -> ClientAccessArgs | None:
    """The security group of the load balancer; None where it lets in everyone, or nodes are where clients are let in."""
    cidrs, ports = named_clients(settings), listening_ports(settings)
    if not cidrs:
        return None
    args = ClientAccessArgs(client_cidrs=cidrs, display_name=settings.cluster.name, tags=settings.tags)
    if ports.tcp is not None:
        args["ports"] = ports.tcp
    if ports.udp is not None:
        args["udp_ports"] = ports.udp
    return args


def port_args(settings: Settings) -> list[ServicePort] | None:
    """The ports of a Service; None where it has one, the app's."""
    return [_port(port, settings) for port in settings.load_balancer.ports] or None


def _port(port: PortSettings, settings: Settings) -> ServicePort:
    made = ServicePort(port=port.port, target_port=port.target_port or settings.app.port, protocol=port.protocol.value)
    if port.name is not None:
        made["name"] = port.name
    if port.certificate_id is not None:
        made["certificate_id"] = port.certificate_id
    if port.certificate_secret is not None:
        made["certificate_secret"] = port.certificate_secret
    return made


class _Backends(TypedDict, total=False):
    """Settings about pods and nodes that a listener and a rule both have."""

    health_check: HealthCheck
    scheduler: pulumi.Input[str]
    session_expire_time: pulumi.Input[int]


def service_config_args(settings: Settings, namespace: "pulumi.Input[str]") -> TkeServiceConfigArgs | None:
    """The TkeServiceConfig of the load balancer; None where the settings need none."""
    name = service_config_name(settings)
    if name is None:
        return None
    args, backends = TkeServiceConfigArgs(name=name, namespace=namespace), _backends(settings)
    if not settings.row.exposure.has_ingress:
        args["l4_listeners"] = [
            {"protocol": listener.protocol, "port": listener.port, **backends} for listener in listeners(settings)
        ]
        return args
    args["l7_listeners"] = list(_l7_listeners(settings, backends))
    return args


def _l7_listeners(settings: Settings, backends: _Backends) -> Iterator[L7Listener]:
    """Every listener that has rules of its own; one that only redirects has none."""
    asked = forwarding(settings)
    for protocol, port in asked.listeners.items():
        # An empty domain is the load balancer's own address (TKE 45700).
        hosts = asked.served(protocol) if asked.hosts else (Host(""),)
        domains = [L7Domain(domain=one.host, rules=[{"url": path, **backends} for path in one.paths]) for one in hosts]
        if domains:
            yield L7Listener(protocol=protocol, port=port, domains=domains)


def layer_7_args(settings: Settings) -> Layer7Args:
    """Hosts, redirection and listeners of an Ingress."""
    balancer, args = settings.load_balancer, Layer7Args()
    if balancer.hosts:
        args["hosts"] = [_host(host) for host in balancer.hosts]
    if balancer.redirect is not None:
        args["redirect"] = balancer.redirect
    if balancer.shared:
        args["shared"] = True
    if balancer.listen_ports is not None:
        ports = ListenPorts()
        if balancer.listen_ports.http is not None:
            ports["http"] = balancer.listen_ports.http
        if balancer.listen_ports.https is not None:
            ports["https"] = balancer.listen_ports.https
        args["listen_ports"] = ports
    return args


def _host(host: HostSettings) -> IngressHost:
    made = IngressHost(host=host.host)
    if host.paths:
        made["paths"] = [_path(path) for path in host.paths]
    if host.certificate_id is not None:
        made["certificate_id"] = host.certificate_id
    if host.certificate_secret is not None:
        made["certificate_secret"] = host.certificate_secret
    return made


def _path(path: PathSettings) -> IngressPath:
    made = IngressPath(path=path.path)
    if path.service is not None and path.port is not None:
        made["service"], made["port"] = path.service, path.port
    return made


def _backends(settings: Settings) -> _Backends:
    balancer = settings.load_balancer
    said = _Backends()
    if (check := balancer.health_check) is not None:
        made: HealthCheck = {"enable": check.enable}
        made.update(check.model_dump(exclude_none=True, exclude={"enable"}))  # type: ignore[typeddict-item]
        said["health_check"] = made
    if balancer.scheduler is not None:
        said["scheduler"] = balancer.scheduler
    if balancer.session_expire_time is not None:
        said["session_expire_time"] = balancer.session_expire_time
    return said
