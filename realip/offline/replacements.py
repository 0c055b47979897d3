"""Changes that an update cannot make in place: fields whose change replaces a resource, and changes that a provider refuses.

Fields are those that this library sets, under Pulumi's names. Sources: `ForceNew` in the schemas of Tencent Cloud's Terraform
provider 1.82.42 (the one behind tencentcloud_iac_pulumi 0.2.3), and the force-new properties of pulumi-kubernetes 4.
"""

from collections.abc import Iterator, Mapping

from realip import resource_types, tke
from realip.escapes import as_json
from realip.offline.monitor import Recording, Resource
from realip.offline.values import sources

__all__ = ["REFUSED", "followers", "place", "read_at_creation", "replaces"]

_REPLACES: Mapping[str, frozenset[str]] = {
    resource_types.VPC: frozenset({"cidrBlock"}),
    resource_types.SUBNET: frozenset({"vpcId", "availabilityZone", "cidrBlock"}),
    resource_types.NAT_GATEWAY: frozenset({"vpcId"}),
    resource_types.ROUTE_TABLE: frozenset({"vpcId"}),
    resource_types.ROUTE: frozenset({"routeTableId", "destinationCidrBlock", "nextType", "nextHub", "description"}),
    resource_types.CLUSTER: frozenset(
        {
            "vpcId",
            "networkType",
            "clusterCidr",
            "serviceCidr",
            "clusterMaxPodNum",
            "clusterMaxServiceNum",
            "isNonStaticIpMode",
            "clusterDeployType",
            "containerRuntime",
        }
    ),
    resource_types.NATIVE_NODE_POOL: frozenset(
        {
            "clusterId",
            "native.instanceChargeType",
            "native.instanceTypes",
            "native.systemDisk",
            "native.instanceChargePrepaid",
            "native.internetAccessible",
        }
    ),
    resource_types.SUPER_NODE_POOL: frozenset({"clusterId", "serverlessNodes", "securityGroupIds"}),
    resource_types.CLUSTER_ENDPOINT: frozenset({"clusterId"}),
    resource_types.KUBERNETES_PROVIDER: frozenset({"clusterIdentifier"}),
    resource_types.DEPLOYMENT: frozenset({"spec.selector"}),
}
"""By type of resource: the fields whose change makes the engine replace it."""

_METADATA = frozenset({"metadata.name", "metadata.namespace"})
"""Fields of every Kubernetes object whose change replaces it."""

REFUSED: Mapping[tuple[str, str], str] = {
    (resource_types.CLUSTER, "eniSubnetIds"): "refused_pod_subnet",
}
"""By type and list: entries that an update may add and not remove, and the code of the message that says what to do instead."""


def replaces(kind: str, path: str) -> bool:
    """A change of that field replaces a resource of that type."""
    fields = _REPLACES.get(kind, frozenset()) | (_METADATA if resource_types.of_kubernetes(kind) else frozenset())
    return any(path == field or path.startswith((f"{field}.", f"{field}[")) for field in fields)


def read_at_creation(path: str) -> bool:
    """A change of that field is written, and TKE does not read it any more."""
    return path in {f"metadata.annotations[{as_json(key)}]" for key in tke.READ_AT_CREATION}


def followers(recording: Recording, replaced: set[str]) -> dict[str, str]:
    """Resources that are replaced because another one is, by place: what each follows.

    `replaced` holds the places of those that their own fields replace. A resource follows when a field that replaces it
    takes an output of one that is replaced, and a Kubernetes object when its provider is.
    """
    by_name = {resource.name: place(resource) for resource in recording.resources if resource.custom}
    places_of_providers = {resource.urn: place(resource) for resource in recording.resources}
    found: dict[str, str] = {}
    grown = True
    while grown:
        grown = False
        for resource in recording.resources:
            here = place(resource)
            if here in replaced or here in found or not resource.custom or resource.read:
                continue
            for leader in _leaders(resource, by_name, places_of_providers):
                if leader in replaced or leader in found:
                    found[here] = leader
                    grown = True
                    break
    return found


def place(resource: Resource) -> str:
    """A resource's URN without stack and project: what makes it the same resource in two stacks."""
    return resource.urn.split("::", 2)[2]


def _leaders(resource: Resource, by_name: Mapping[str, str], providers: Mapping[str, str]) -> Iterator[str]:
    """Places of the resources whose replacement replaces this one."""
    if resource.provider in providers and resource_types.of_kubernetes(resource.type):
        yield providers[resource.provider]
    for path, source in sources(dict(resource.inputs)):
        name = source.rpartition(".")[0]
        if name in by_name and replaces(resource.type, path):
            yield by_name[name]
