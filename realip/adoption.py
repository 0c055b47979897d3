"""Adoption: resources of the cloud whose create answer was lost, taken over by the stack's own resources.

The engine imports a resource whose options name an id (Pulumi's `import` option), compares what it reads with what the program
says, and refuses where they differ: nothing of it is changed. The state then has the program's own inputs, dependencies and
secrets, which `pulumi import` has not.
"""

from collections.abc import Iterator, Mapping

import pulumi

from realip.settings.sections.adopt import AdoptSettings

__all__ = ["ids_by_name", "importing"]


def ids_by_name(stack: str, adopt: AdoptSettings) -> Iterator[tuple[str, str]]:
    """The names of the stack's resources that are adopted, with their ids."""
    single = {
        "network-vpc": adopt.vpc,
        "network-nat-address": adopt.eip,
        "network-nat": adopt.nat_gateway,
        "network-routes": adopt.route_table,
        "network-nat-route": adopt.route,
        "network-nodes": adopt.security_group,
        "load-balancer": adopt.load_balancer_security_group,
        "cluster": adopt.cluster,
        "nodes": adopt.node_pool,
        "access-admins": adopt.admin_security_group,
        **{f"network-nodes-{zone}": identifier for zone, identifier in adopt.node_subnets.items()},
        **{f"network-pods-{zone}": identifier for zone, identifier in adopt.pod_subnets.items()},
    }
    return ((f"{stack}-{name}", identifier) for name, identifier in single.items() if identifier is not None)


def importing(ids: Mapping[str, str]) -> pulumi.ResourceTransformation:
    """The transformation that gives resources of the cloud their ids; `ids` may be filled until they are registered."""

    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        identifier = ids.get(args.name) if args.type_.startswith("tencentcloud:") else None
        if identifier is None:
            return None
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(import_=identifier))
        )

    return transform
