"""Resources that are to be adopted: rules that look at more than one setting."""

from collections.abc import Iterator

from realip.problems import Problem
from realip.scenarios import NetworkMode
from realip.settings.exposure_plan import named_clients
from realip.settings.models import Settings

__all__ = ["adoption_problems"]


def adoption_problems(settings: Settings) -> Iterator[Problem]:
    """Resources that are to be adopted and are not made by this stack at all."""
    yield from _in_no_zone(settings) if settings.network.vpc_id is None else _of_the_vpc(settings)
    adopt = settings.adopt
    if settings.row.super_nodes and adopt.node_pool is not None:
        message = "belongs to native nodes; the provider cannot adopt a super node pool: delete it in the console"
        yield Problem("adopt.nodePool", adopt.node_pool, message, ("scenario",))
    if settings.access.endpoint == "intranet" and adopt.admin_security_group is not None:
        message = "belongs to a public endpoint; remove it"
        yield Problem("adopt.adminSecurityGroup", adopt.admin_security_group, message, ("access.endpoint",))
    if adopt.load_balancer_security_group is not None and not named_clients(settings):
        message = "lets access.clientCidrs in at the load balancer, and here it does not; remove it"
        yield Problem(
            "adopt.loadBalancerSecurityGroup",
            adopt.load_balancer_security_group,
            message,
            ("access.clientCidrs", "access.clientCidrsAt"),
        )


def _of_the_vpc(settings: Settings) -> Iterator[Problem]:
    """Parts of a VPC that exists already."""
    adopt = settings.adopt
    made_elsewhere = {
        "vpc": adopt.vpc,
        "nodeSubnets": adopt.node_subnets or None,
        "podSubnets": adopt.pod_subnets or None,
        "eip": adopt.eip,
        "natGateway": adopt.nat_gateway,
        "routeTable": adopt.route_table,
        "route": adopt.route,
    }
    for key, value in made_elsewhere.items():
        if value is not None:
            message = "is not made here, since the VPC exists; remove it"
            yield Problem(f"adopt.{key}", value, message, ("network.vpcId",))


def _in_no_zone(settings: Settings) -> Iterator[Problem]:
    """Subnets of zones in which this stack makes none."""
    adopt, network = settings.adopt, settings.network
    pods = network.pod_subnets if settings.row.network_mode is NetworkMode.VPC_CNI else ()
    subnets = {
        "adopt.nodeSubnets": (adopt.node_subnets, network.node_subnets),
        "adopt.podSubnets": (adopt.pod_subnets, pods),
    }
    for path, (adopted, given) in subnets.items():
        zones = network.zones if given is None else [subnet.zone for subnet in given]
        for zone, identifier in adopted.items():
            if zone not in zones:
                known = f"; zones are {', '.join(zones)}" if zones else ""
                yield Problem(f"{path}.{zone}", identifier, f"is in no zone of this stack's{known}")
