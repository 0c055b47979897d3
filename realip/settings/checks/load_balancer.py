"""The load balancer: rules that look at more than one setting."""

from collections.abc import Iterator

from realip.problems import Problem
from realip.settings.models import Settings

__all__ = ["load_balancer_problems"]


def load_balancer_problems(settings: Settings) -> Iterator[Problem]:
    """One kind of load balancer at a time."""
    chosen = settings.load_balancer
    if chosen.internal_subnet_id is not None and not chosen.internal:
        message = "is for an internal load balancer; set loadBalancer.internal to true, or remove it"
        yield Problem("loadBalancer.internalSubnetId", chosen.internal_subnet_id, message, ("loadBalancer.internal",))
    if chosen.existing_id is not None and chosen.internal:
        message = "cannot go with loadBalancer.internal: an existing load balancer is what it is; remove one of the two"
        yield Problem("loadBalancer.existingId", chosen.existing_id, message, ("loadBalancer.internal",))
    for path, value in (("bandwidth", chosen.bandwidth), ("chargeType", chosen.charge_type)):
        if value is not None and (chosen.internal or chosen.existing_id is not None):
            message = "is for a public load balancer that TKE makes; remove it"
            yield Problem(f"loadBalancer.{path}", value, message, ("loadBalancer.internal", "loadBalancer.existingId"))
    if chosen.charge_type is not None and chosen.bandwidth is None:
        message = "goes with a bandwidth; set loadBalancer.bandwidth too, or remove it"
        yield Problem("loadBalancer.chargeType", chosen.charge_type, message, ("loadBalancer.bandwidth",))
