"""One resource in a preview: a word for its kind, what tells it apart, and the settings that decide."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realip import resource_types, tke
from realip.messages import Say
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
    """The settings that make the scenario: each line as it is written."""
    details: list[str] = field(default_factory=list)


def summary(resource: "Resource", say: Say) -> Summary:
    """A resource in a few words of a language; one of a type that is not known here by its type and its plain inputs."""
    inputs = plain(dict(resource.inputs))
    try:
        made = _TYPES[resource.type](inputs, say)
    except (KeyError, TypeError, AttributeError):
        # A type that is not known here, or a part of it that is known after up only.
        made = _unknown(resource.type, inputs)
    if resource.read:
        made.about = f"{resource.id} {say('is_read')}"
    if resource.options.get("retainOnDelete"):
        made.details.append(say("is_kept"))
    if resource.options.get("protect"):
        made.details.append(say("is_protected"))
    return made


def _unknown(token: str, inputs: Mapping[str, Any]) -> Summary:
    said = [f"{key} {value}" for key, value in inputs.items() if isinstance(value, str | int | float) and value != ""]
    return Summary(token.rpartition(":")[2], "", [], said)


def _vpc(inputs: Mapping[str, Any], say: Say) -> Summary:
    return Summary(say("kind_vpc"), inputs["cidrBlock"])


def _subnet(inputs: Mapping[str, Any], say: Say) -> Summary:
    return Summary(say("kind_subnet"), say("about_subnet", range=inputs["cidrBlock"], zone=inputs["availabilityZone"]))


def _address(inputs: Mapping[str, Any], say: Say) -> Summary:
    return Summary(say("kind_eip"), say("about_eip", bandwidth=inputs.get("internetMaxBandwidthOut")))


def _route(inputs: Mapping[str, Any], say: Say) -> Summary:
    return Summary(say("kind_route"), f"{inputs['destinationCidrBlock']} → {inputs['nextHub']}")


def _rules(inputs: Mapping[str, Any], say: Say) -> Summary:
    rules = [
        *_rule_lines("rule_in", inputs.get("ingresses"), say),
        *_rule_lines("rule_out", inputs.get("egresses"), say),
    ]
    return Summary(say("kind_rules"), say("about_rules", group=inputs["securityGroupId"]), [], rules)


def _rule_lines(code: str, rules: Any, say: Say) -> Iterator[str]:
    for rule in rules or ():
        what = say("rule_everything") if rule["protocol"] == "ALL" else f"{rule['protocol']} {rule['port']}"
        network = rule.get("cidrBlock") or rule.get("ipv6CidrBlock") or rule.get("sourceSecurityId")
        yield say(code, what=what, network=network, description=rule.get("description", ""))


def _cluster(inputs: Mapping[str, Any], say: Say) -> Summary:
    made = Summary(
        say("kind_cluster"), say("about_cluster", version=inputs["clusterVersion"], level=inputs["clusterLevel"])
    )
    if inputs["networkType"] == tke.NETWORK_TYPE_VPC_CNI:
        made.decisive.append(say("cluster_vpc_cni", kind=inputs["vpcCniType"]))
        made.details.append(say("cluster_services", range=inputs["serviceCidr"]))
    else:
        made.decisive.append(say("cluster_global_router", range=inputs["clusterCidr"], pods=inputs["clusterMaxPodNum"]))
        services = inputs.get("serviceCidr") or say("cluster_services_last", count=inputs["clusterMaxServiceNum"])
        made.details.append(say("cluster_services", range=services))
    return made


def _native_nodes(inputs: Mapping[str, Any], say: Say) -> Summary:
    native = inputs["native"]
    types = ", ".join(native["instanceTypes"])
    disk = native["systemDisk"]
    made = Summary(
        say("kind_native_nodes"),
        say("about_native_nodes", count=native["replicas"], types=types, size=disk["diskSize"], disk=disk["diskType"]),
    )
    if scaling := native.get("scaling"):
        made.details.append(say("nodes_autoscaled", least=scaling["minReplicas"], most=scaling["maxReplicas"]))
    for data in native.get("dataDisks") or ():
        code = "nodes_data_disk" if data.get("mountTarget") else "nodes_raw_disk"
        made.details.append(say(code, size=data["diskSize"], disk=data["diskType"], folder=data.get("mountTarget")))
    if prepaid := native.get("instanceChargePrepaid"):
        made.details.append(say("nodes_prepaid", months=prepaid["period"], renewal=prepaid["renewFlag"]))
    if internet := native.get("internetAccessible"):
        made.details.append(say("nodes_public", speed=internet["maxBandwidthOut"], charge=internet["chargeType"]))
    if keys := native.get("keyIds"):
        made.details.append(say("nodes_keys", keys=", ".join(map(str, keys))))
    return made


def _super_nodes(inputs: Mapping[str, Any], say: Say) -> Summary:
    nodes = inputs["serverlessNodes"]
    return Summary(
        say("kind_super_nodes"),
        say("about_super_nodes", count=len(nodes)),
        [],
        [say("super_node_in", subnet=node["subnetId"]) for node in nodes],
    )


def _endpoint(inputs: Mapping[str, Any], say: Say) -> Summary:
    if inputs.get("clusterInternet"):
        return Summary(say("kind_endpoint"), say("endpoint_public", group=inputs["clusterInternetSecurityGroup"]))
    return Summary(say("kind_endpoint"), say("endpoint_intranet", subnet=inputs["clusterIntranetSubnetId"]))


def _provider(inputs: Mapping[str, Any], say: Say) -> Summary:
    applied = "server-side apply" if inputs.get("enableServerSideApply") == "true" else "client-side apply"
    return Summary(say("kind_provider"), f"{applied}, kubeconfig {inputs.get('kubeconfig', 'ambient')}")


def _object_name(inputs: Mapping[str, Any]) -> str:
    metadata = inputs.get("metadata") or {}
    name, namespace = metadata.get("name", "<known after up>"), metadata.get("namespace")
    return f"{namespace}/{name}" if namespace else str(name)


_DECISIVE = {
    tke.SERVICE_DIRECT_ACCESS,
    tke.SERVICE_LOCAL_ONLY_WITH_POD,
    tke.SERVICE_LOCAL_WEIGHTED,
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


def _namespace(inputs: Mapping[str, Any], _: Say) -> Summary:
    return Summary("Namespace", _object_name(inputs))


def _deployment(inputs: Mapping[str, Any], say: Say) -> Summary:
    spec = inputs["spec"]
    pod = spec["template"]["spec"]
    replicas = spec.get("replicas")
    made = Summary(
        "Deployment",
        say("deployment_pods" if replicas else "deployment_autoscaled", name=_object_name(inputs), count=replicas),
    )
    annotations = spec["template"]["metadata"].get("annotations") or {}
    made.decisive = [f'{key}: "{annotations[key]}"' for key in tke.POD_NETWORK if key in annotations]
    made.decisive += [f'nodeSelector {key}: "{value}"' for key, value in (pod.get("nodeSelector") or {}).items()]
    made.decisive += [say("pod_tolerates", taint=_taint(toleration)) for toleration in pod.get("tolerations") or ()]
    for container in pod["containers"]:
        ports = ", ".join(map(_container_port, container.get("ports") or ()))
        made.details.append(say("pod_container", name=container["name"], ports=ports, image=container["image"]))
    return made


def _disruption_budget(inputs: Mapping[str, Any], say: Say) -> Summary:
    most = inputs["spec"]["maxUnavailable"]
    return Summary("PodDisruptionBudget", say("about_disruption_budget", name=_object_name(inputs), most=most))


def _autoscaler(inputs: Mapping[str, Any], say: Say) -> Summary:
    spec = inputs["spec"]
    about = say("about_autoscaler", name=_object_name(inputs), least=spec["minReplicas"], most=spec["maxReplicas"])
    used = [metric["resource"] for metric in spec["metrics"]]
    lines = [say("autoscaler_used", what=one["name"], percent=one["target"]["averageUtilization"]) for one in used]
    return Summary("HorizontalPodAutoscaler", about, [], lines)


def _container_port(port: Mapping[str, Any]) -> str:
    return str(port["containerPort"]) + ("/UDP" if port.get("protocol") == "UDP" else "")


def _taint(toleration: Mapping[str, Any]) -> str:
    value = f"={toleration['value']}" if toleration.get("value") else ""
    return f"{toleration['key']}{value}:{toleration['effect']}"


def _service(inputs: Mapping[str, Any], _: Say) -> Summary:
    spec = inputs["spec"]
    listed = spec.get("ports") or ()
    ports = ", ".join(f"{port['port']} → {port['targetPort']}" for port in listed)
    protocol = next((port["protocol"] for port in listed if port.get("protocol")), "TCP")
    made = Summary("Service", f"{_object_name(inputs)}, {protocol} {ports}", [f"type: {spec.get('type', 'ClusterIP')}"])
    if policy := spec.get("externalTrafficPolicy"):
        made.decisive.append(f"externalTrafficPolicy: {policy}")
    return _annotate(made, inputs)


def _secret(inputs: Mapping[str, Any], _: Say) -> Summary:
    held = inputs.get("stringData")
    plainly = [f'{key}: "{value}"' for key, value in held.items()] if isinstance(held, Mapping) else []
    return Summary("Secret", _object_name(inputs), [], plainly)


def _service_config(inputs: Mapping[str, Any], _: Say) -> Summary:
    """A TkeServiceConfig: a line for each listener, or for each path of one."""
    balancer = inputs["spec"]["loadBalancer"]
    told = [
        f"{listener['protocol']} {listener['port']}: {_settled(listener)}"
        for listener in balancer.get("l4Listeners") or ()
    ]
    for listener in balancer.get("l7Listeners") or ():
        for domain in listener["domains"]:
            for rule in domain["rules"]:
                where = f"{listener['protocol']} {listener['port']} {domain['domain']}{rule['url']}"
                told.append(f"{where}: {_settled(rule)}")
    return Summary(tke.SERVICE_CONFIG_KIND, _object_name(inputs), [], told)


def _settled(said: Mapping[str, Any]) -> str:
    """The settings about pods and nodes, `healthCheck.enable true` and so on."""
    found = []
    for key in ("healthCheck", "session", "scheduler"):
        value = said.get(key)
        parts = value.items() if isinstance(value, Mapping) else [] if value is None else [("", value)]
        found += [
            f"{key}.{name} {str(part).lower() if isinstance(part, bool) else part}".replace(". ", " ")
            for name, part in parts
        ]
    return ", ".join(found)


def _ingress(inputs: Mapping[str, Any], _: Say) -> Summary:
    paths = [
        f"{rule.get('host', '')}{path['path']} → {path['backend']['service']['name']}:{path['backend']['service']['port']['number']}"
        for rule in inputs["spec"].get("rules") or ()
        for path in rule["http"]["paths"]
    ]
    return _annotate(Summary("Ingress", _object_name(inputs), [], paths), inputs)


def _config_map_patch(inputs: Mapping[str, Any], say: Say) -> Summary:
    data = [f'{key}: "{value}"' for key, value in (inputs.get("data") or {}).items()]
    return Summary(say("kind_patch"), _object_name(inputs), data)


_TYPES: Mapping[str, Callable[[Mapping[str, Any], Say], Summary]] = {
    resource_types.VPC: _vpc,
    resource_types.SUBNET: _subnet,
    resource_types.ADDRESS: _address,
    resource_types.NAT_GATEWAY: lambda _, say: Summary(say("kind_nat"), say("about_nat")),
    resource_types.ROUTE_TABLE: lambda _, say: Summary(say("kind_route_table")),
    resource_types.ROUTE: _route,
    resource_types.SECURITY_GROUP: lambda _, say: Summary(say("kind_group")),
    resource_types.SECURITY_GROUP_RULES: _rules,
    resource_types.CLUSTER: _cluster,
    resource_types.NATIVE_NODE_POOL: _native_nodes,
    resource_types.SUPER_NODE_POOL: _super_nodes,
    resource_types.CLUSTER_ENDPOINT: _endpoint,
    resource_types.KUBERNETES_PROVIDER: _provider,
    resource_types.NAMESPACE: _namespace,
    resource_types.DEPLOYMENT: _deployment,
    resource_types.AUTOSCALER: _autoscaler,
    resource_types.DISRUPTION_BUDGET: _disruption_budget,
    resource_types.SECRET: _secret,
    resource_types.SERVICE: _service,
    resource_types.SERVICE_CONFIG: _service_config,
    resource_types.INGRESS: _ingress,
    resource_types.CONFIG_MAP_PATCH: _config_map_patch,
}
