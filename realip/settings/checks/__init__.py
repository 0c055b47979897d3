"""Rules that look at more than one setting: each yields every problem that it finds, with the paths that it concerns."""

from collections.abc import Iterator

from realip.problems import Problem
from realip.settings.checks.access import access_problems
from realip.settings.checks.adoption import adoption_problems
from realip.settings.checks.app import app_problems
from realip.settings.checks.cluster import account_problems, capacity_problems, mode_problems, node_problems
from realip.settings.checks.existing_cluster import existing_cluster_problems
from realip.settings.checks.lists import list_problems
from realip.settings.checks.load_balancer import load_balancer_problems
from realip.settings.checks.network import (
    inside_problems,
    name_problems,
    overlap_problems,
    region_problems,
    subnet_problems,
    way_out_problems,
)
from realip.settings.models import Settings

__all__ = ["account_problems", "problems"]


def problems(settings: Settings, region: str | None = None) -> Iterator[Problem]:
    """Everything in which the settings do not agree with each other, with the scenario or with TKE.

    `region` is the Tencent provider's, where it is known.
    """
    yield from list_problems(settings)
    if settings.cluster.id is not None:
        yield from existing_cluster_problems(settings)
        yield from app_problems(settings)
        yield from load_balancer_problems(settings)
        return
    yield from mode_problems(settings)
    yield from account_problems(settings, settings.network.account_type)
    yield from subnet_problems(settings)
    yield from way_out_problems(settings)
    yield from inside_problems(settings)
    yield from region_problems(settings, region)
    if settings.network.vpc_id is None or settings.network.node_subnets is not None:
        yield from overlap_problems(settings)
        yield from capacity_problems(settings)
    yield from name_problems(settings)
    yield from node_problems(settings)
    yield from app_problems(settings)
    yield from load_balancer_problems(settings)
    yield from access_problems(settings)
    yield from adoption_problems(settings)
