"""The exposure of a stack as its settings make it: where the load balancer listens, and which ports clients need."""

from collections.abc import Iterable
from dataclasses import dataclass

from realip import tke
from realip.forwarding import Forwarding, Host
from realip.listeners import UDP, Listener
from realip.rules import EVERYONE
from realip.scenarios import ExposureKind
from realip.settings.models import Settings
from realip.settings.sections.access import Gate

__all__ = [
    "NO_PORTS",
    "OpenPorts",
    "container_ports",
    "drain_seconds",
    "forwarding",
    "gate",
    "listeners",
    "listening_ports",
    "main_port",
    "named_clients",
    "needs_route_direct_access",
    "open_ports",
    "seconds_until_unwell",
    "service_config_name",
]


@dataclass(frozen=True)
class OpenPorts:
    """Ports as a rule of a security group has them; None where there is none of a protocol."""

    tcp: str | None
    udp: str | None


NO_PORTS = OpenPorts(None, None)


def forwarding(settings: Settings) -> Forwarding:
    """The forwarding that an Ingress asks of its load balancer."""
    balancer = settings.load_balancer
    hosts = tuple(
        Host(
            host.host,
            tuple(path.path for path in host.paths) or ("/",),
            certified=host.certificate_id is not None or host.certificate_secret is not None,
        )
        for host in balancer.hosts
    )
    ports = balancer.listen_ports
    return Forwarding(hosts, balancer.redirect, ports.http if ports else None, ports.https if ports else None)


def listeners(settings: Settings) -> tuple[Listener, ...]:
    """Where the load balancer listens, and which port of the pods it leads to."""
    app, balancer = settings.app, settings.load_balancer
    if settings.row.exposure.has_ingress:
        return tuple(Listener(port, target=app.port) for port in forwarding(settings).listeners.values())
    if not balancer.ports:
        return (Listener(app.service_port, target=app.port),)
    return tuple(
        Listener(
            port.port,
            port.protocol.value,
            port.name,
            port.target_port or app.port,
            certified=port.certificate_id is not None or port.certificate_secret is not None,
        )
        for port in balancer.ports
    )


def container_ports(settings: Settings) -> tuple[tuple[int, str], ...]:
    """Ports of the container with their protocols, where loadBalancer.ports leads to more than app.port by TCP."""
    targets = tuple(dict.fromkeys((int(str(one.target)), one.transport) for one in listeners(settings)))
    return () if targets == ((settings.app.port, "TCP"),) else targets


def main_port(settings: Settings) -> int:
    """The port at which the app is asked whether it is ready: app.port where it is said, else the first one by TCP."""
    targets = [port for port, protocol in container_ports(settings) if protocol != UDP]
    said = "port" in settings.app.model_fields_set
    return targets[0] if targets and not said else settings.app.port


def open_ports(settings: Settings) -> OpenPorts:
    """Ports of nodes or pods that clients reach: the pods' own with direct access, node ports without."""
    found = listeners(settings)
    if settings.row.exposure.direct_access == "true":
        return OpenPorts(*(_listed(one.target for one in found if one.transport == kind) for kind in ("TCP", UDP)))
    node_ports = "-".join(map(str, tke.NODE_PORT_RANGE))
    spoken = {one.transport for one in found}
    return OpenPorts(*(node_ports if kind in spoken else None for kind in ("TCP", UDP)))


def gate(settings: Settings) -> Gate:
    """Where clients are let in: at a load balancer that TKE makes, or at the nodes' security group."""
    access, row = settings.access, settings.row
    if not access.client_cidrs or settings.load_balancer.existing_id is not None:
        return Gate.NODES  # an existing load balancer does not take the annotation
    if access.client_cidrs_at is not None:
        return access.client_cidrs_at
    # On an existing cluster there is no security group of nodes to write rules into.
    straight = row.exposure is ExposureKind.DIRECT_SERVICE and settings.cluster.id is None
    return Gate.NODES if straight else Gate.LOAD_BALANCER


def named_clients(settings: Settings) -> tuple[str, ...]:
    """Networks that a security group of the load balancer lets in; none where it needs no such group."""
    cidrs = settings.access.client_cidrs
    everyone = EVERYONE[0] in cidrs  # of IPv4, which is what load balancers here have
    return () if everyone or gate(settings) is Gate.NODES else cidrs


def listening_ports(settings: Settings) -> OpenPorts:
    """Ports of the load balancer as a rule of a security group has them."""
    found = listeners(settings)
    return OpenPorts(*(_listed(one.port for one in found if one.transport == kind) for kind in ("TCP", UDP)))


def needs_route_direct_access(settings: Settings) -> bool:
    """Direct access of routed pods, which GlobalRouteDirectAccess lets a GlobalRouter cluster have; pods with an ENI need it not."""
    return settings.row.global_route_direct_access and not settings.app.eni_pods


def drain_seconds(settings: Settings) -> int:
    """How long a pod goes on serving: as said, else long enough for the load balancer to see that it is gone."""
    said = "drain_seconds" in settings.app.model_fields_set
    return settings.app.drain_seconds if said else max(settings.app.drain_seconds, seconds_until_unwell(settings))


def seconds_until_unwell(settings: Settings) -> int:
    """How long the load balancer goes on sending to a pod that no longer answers, as far as loadBalancer.healthCheck says it; else 0."""
    check = settings.load_balancer.health_check
    if check is None or not check.enable:
        return 0
    interval = check.interval_time or tke.HEALTH_CHECK_INTERVAL
    return interval * (check.un_health_num or tke.HEALTH_CHECK_NUMBER)


def service_config_name(settings: Settings) -> str | None:
    """The name of the TkeServiceConfig, where the settings need one: that of the object that names it, and what it is."""
    balancer, app, names = settings.load_balancer, settings.app, settings.row.names
    if balancer.health_check is None and balancer.scheduler is None and balancer.session_expire_time is None:
        return None
    service = app.service or names.service
    carrier = app.ingress or names.ingress or service if settings.row.exposure.has_ingress else service
    return f"{carrier}-config"


def _listed(ports: Iterable[object]) -> str | None:
    return ",".join(str(port) for port in dict.fromkeys(ports)) or None
