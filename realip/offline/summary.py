"""What a preview says of one resource: a word for its kind, what tells it apart, and the settings that decide."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realip import tke
from realip.offline.values import plain

if TYPE_CHECKING:
    from realip.offline.monitor import Resource

__all__ = ["Summary", "summary"]


@dataclass
class Summary:
    """One resource in a few words."""

    kind: str
    about: str = ""
    decisive: list[str] = field(default_factory=list)
    """What makes the scenario: each line as it is written."""
    details: list[str] = field(default_factory=list)


def summary(resource: "Resource") -> Summary:
    """A resource in a few words; one of a type that is not known here by its type and its plain inputs."""
    inputs = plain(dict(resource.inputs))
    try:
        made = _TYPES[resource.type](inputs)
    except (KeyError, TypeError, AttributeError):
        # A type that is not known here, or a part of it that is known after up only.
        made = _unknown(resource.type, inputs)
    if resource.read:
        made.about = f"{resource.id} (read)"
    if resource.options.get("retainOnDelete"):
        made.details.append("kept on destroy")
    if resource.options.get("protect"):
        made.details.append("protected from being deleted")
    return made


def _unknown(token: str, inputs: Mapping[str, Any]) -> Summary:
    said = [f"{key} {value}" for key, value in inputs.items() if isinstance(value, str | int | float) and value != ""]
    return Summary(token.rpartition(":")[2], "", [], said)


def _vpc(inputs: Mapping[str, Any]) -> Summary:
    return Summary("VPC", inputs["cidrBlock"])


def _subnet(inputs: Mapping[str, Any]) -> Summary:
    return Summary("subnet", f"{inputs['cidrBlock']} in {inputs['availabilityZone']}")


def _address(inputs: Mapping[str, Any]) -> Summary:
    return Summary("EIP", f"{inputs.get('internetMaxBandwidthOut')} Mbit/s, billed by traffic")


def _route(inputs: Mapping[str, Any]) -> Summary:
    return Summary("route", f"{inputs['destinationCidrBlock']} → {inputs['nextHub']}")


def _rules(inputs: Mapping[str, Any]) -> Summary:
    rules = [*_rule_lines("in ", "from", inputs.get("ingresses")), *_rule_lines("out", "to", inputs.get("egresses"))]
    return Summary("security group rules", f"of {inputs['securityGroupId']}", [], rules)


def _rule_lines(way: str, preposition: str, rules: Any) -> Iterator[str]:
    for rule in rules or ():
        what = "everything" if rule["protocol"] == "ALL" else f"{rule['protocol']} {rule['port']}"
        network = rule.get("cidrBlock") or rule.get("ipv6CidrBlock") or rule.get("sourceSecurityId")
        yield f"{way} {what} {preposition} {network}  ({rule.get('description', '')})"


def _cluster(inputs: Mapping[str, Any]) -> Summary:
    made = Summary("TKE cluster", f"Kubernetes {inputs['clusterVersion']}, level {inputs['clusterLevel']}")
    if inputs["networkType"] == tke.NETWORK_TYPE_VPC_CNI:
        made.decisive.append(f"network mode VPC-CNI ({inputs['vpcCniType']}): pods have addresses of the VPC")
        made.details.append(f"services {inputs['serviceCidr']}")
    else:
        made.decisive.append(
            f"network mode GlobalRouter: pods in {inputs['clusterCidr']}, {inputs['clusterMaxPodNum']} a node"
        )
        services = inputs.get("serviceCidr") or f"the last {inputs['clusterMaxServiceNum']} addresses of it"
        made.details.append(f"services {services}")
    return made


def _native_nodes(inputs: Mapping[str, Any]) -> Summary:
    native = inputs["native"]
    types = ", ".join(native["instanceTypes"])
    disk = native["systemDisk"]
    made = Summary("native node pool", f"{native['replicas']} of {types}, {disk['diskSize']} GB {disk['diskType']}")
    if scaling := native.get("scaling"):
        made.details.append(f"autoscaled between {scaling['minReplicas']} and {scaling['maxReplicas']}")
    return made


def _super_nodes(inputs: Mapping[str, Any]) -> Summary:
    nodes = inputs["serverlessNodes"]
    return Summary(
        "super node pool",
        f"{len(nodes)}, pods are billed and not machines",
        [],
        [f"in {node['subnetId']}" for node in nodes],
    )


def _endpoint(inputs: Mapping[str, Any]) -> Summary:
    if inputs.get("clusterInternet"):
        return Summary("API endpoint", f"public, behind {inputs['clusterInternetSecurityGroup']}")
    return Summary("API endpoint", f"intranet, in {inputs['clusterIntranetSubnetId']}")


def _provider(inputs: Mapping[str, Any]) -> Summary:
    applied = "server-side apply" if inputs.get("enableServerSideApply") == "true" else "client-side apply"
    return Summary("Kubernetes provider", f"{applied}, kubeconfig {inputs.get('kubeconfig', 'ambient')}")


def _object_name(inputs: Mapping[str, Any]) -> str:
    metadata = inputs.get("metadata") or {}
    name, namespace = metadata.get("name", "<known after up>"), metadata.get("namespace")
    return f"{namespace}/{name}" if namespace else str(name)


_DECISIVE = {
    tke.SERVICE_DIRECT_ACCESS,
    tke.SERVICE_LOAD_BALANCER_TYPE,
    tke.SERVICE_INTERNAL_SUBNET,
    tke.SERVICE_EXISTING_LOAD_BALANCER,
    tke.CLASS_ANNOTATION,
    tke.INGRESS_DIRECT_ACCESS,
    tke.INGRESS_INTERNAL_SUBNET,
    tke.INGRESS_EXISTING_LOAD_BALANCER,
}
"""Annotations that say how clients come to the pods."""


def _annotate(made: Summary, inputs: Mapping[str, Any]) -> Summary:
    """Put an object's annotations down, Pulumi's own left out."""
    for key, value in ((inputs.get("metadata") or {}).get("annotations") or {}).items():
        if not key.startswith("pulumi.com/"):
            (made.decisive if key in _DECISIVE else made.details).append(f'{key}: "{value}"')
    return made


def _namespace(inputs: Mapping[str, Any]) -> Summary:
    return Summary("Namespace", _object_name(inputs))


def _deployment(inputs: Mapping[str, Any]) -> Summary:
    spec = inputs["spec"]
    pod = spec["template"]["spec"]
    replicas = spec.get("replicas")
    made = Summary(
        "Deployment", f"{_object_name(inputs)}, {f'{replicas} pods' if replicas else 'pods as an autoscaler says'}"
    )
    made.decisive = [f'nodeSelector {key}: "{value}"' for key, value in (pod.get("nodeSelector") or {}).items()]
    made.decisive += [f"tolerates {_taint(toleration)}" for toleration in pod.get("tolerations") or ()]
    for container in pod["containers"]:
        ports = ", ".join(str(port["containerPort"]) for port in container.get("ports") or ())
        made.details.append(f"container {container['name']}, port {ports}, {container['image']}")
    return made


def _taint(toleration: Mapping[str, Any]) -> str:
    value = f"={toleration['value']}" if toleration.get("value") else ""
    return f"{toleration['key']}{value}:{toleration['effect']}"


def _service(inputs: Mapping[str, Any]) -> Summary:
    spec = inputs["spec"]
    ports = ", ".join(f"{port['port']} → {port['targetPort']}" for port in spec.get("ports") or ())
    made = Summary("Service", f"{_object_name(inputs)}, TCP {ports}", [f"type: {spec.get('type', 'ClusterIP')}"])
    return _annotate(made, inputs)


def _ingress(inputs: Mapping[str, Any]) -> Summary:
    paths = [
        f"{rule.get('host', '')}{path['path']} → {path['backend']['service']['name']}:{path['backend']['service']['port']['number']}"
        for rule in inputs["spec"].get("rules") or ()
        for path in rule["http"]["paths"]
    ]
    return _annotate(Summary("Ingress", _object_name(inputs), [], paths), inputs)


def _config_map_patch(inputs: Mapping[str, Any]) -> Summary:
    data = [f'{key}: "{value}"' for key, value in (inputs.get("data") or {}).items()]
    return Summary("ConfigMap patch", _object_name(inputs), data)


_TYPES: Mapping[str, Callable[[Mapping[str, Any]], Summary]] = {
    "tencentcloud:Vpc/instance:Instance": _vpc,
    "tencentcloud:Subnet/instance:Instance": _subnet,
    "tencentcloud:Eip/instance:Instance": _address,
    "tencentcloud:Nat/gateway:Gateway": lambda _: Summary("NAT gateway", "through which nodes pull images"),
    "tencentcloud:Route/table:Table": lambda _: Summary("route table"),
    "tencentcloud:Route/tableEntry:TableEntry": _route,
    "tencentcloud:Security/group:Group": lambda _: Summary("security group"),
    "tencentcloud:Security/groupRuleSet:GroupRuleSet": _rules,
    "tencentcloud:Kubernetes/cluster:Cluster": _cluster,
    "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool": _native_nodes,
    "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": _super_nodes,
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": _endpoint,
    "pulumi:providers:kubernetes": _provider,
    "kubernetes:core/v1:Namespace": _namespace,
    "kubernetes:apps/v1:Deployment": _deployment,
    "kubernetes:core/v1:Service": _service,
    "kubernetes:networking.k8s.io/v1:Ingress": _ingress,
    "kubernetes:core/v1:ConfigMapPatch": _config_map_patch,
}
