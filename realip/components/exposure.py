"""DirectService, NodePortIngress and GlobalRouteDirectAccess: how clients reach the application, and keep their address."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from realip import rules, tke
from realip.components._component import ArgumentError, KubernetesComponent, Parts, demand, whole

if TYPE_CHECKING:
    from pulumi_kubernetes.networking import v1 as networking  # read only where there is an Ingress

__all__ = [
    "DirectService",
    "DirectServiceArgs",
    "GlobalRouteDirectAccess",
    "GlobalRouteDirectAccessArgs",
    "LoadBalancer",
    "NodePortIngress",
    "NodePortIngressArgs",
]

_FIELD_MANAGER = "realip"
"""One name for good: another one at every update would leave the old ones behind as owners of the switch."""
_WAIT_FOR_ADDRESS = {"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}"}
"""An entrance is done when it has its address, an IP or a hostname, and not when its pods are: they wait for it."""


class LoadBalancer(TypedDict, total=False):
    """The CLB of an entrance: public and made by TKE, unless said otherwise."""

    internal_subnet_id: pulumi.Input[str]
    """An internal load balancer in that subnet. A change makes a new load balancer."""
    existing_id: pulumi.Input[str]
    """An existing load balancer, `lb-...`, that TKE did not make."""
    bandwidth: pulumi.Input[int]
    """Mbit/s of a public load balancer; read when it is made."""
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Security groups of the load balancer itself, up to five."""
    timeout_seconds: int
    """How long to wait for the address, on create and on update; 600 if unset."""


class DirectServiceArgs(TypedDict):
    """Arguments of `DirectService`."""

    service: str
    """The Service's name."""
    selector: Mapping[str, str]
    """Labels of the pods."""
    port: pulumi.Input[int]
    """Where clients connect."""
    target_port: pulumi.Input[int]
    """Where pods listen. Their security group has to let clients in there."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of Service and pods; `default` if unset."""
    load_balancer: NotRequired[LoadBalancer]
    """The load balancer, where it is not a public one that TKE makes."""
    state_public: NotRequired[bool]
    """Write the public load balancer type out, as the guide does in scenario 1."""


class DirectService(KubernetesComponent):
    """A Service whose load balancer reaches pods straight, so that the socket peer is the client (TKE 41897).

    In a GlobalRouter cluster `GlobalRouteDirectAccess` has to come first: pass it in `opts.depends_on`.
    """

    service: pulumi.Output[str]
    """The Service's name."""
    address: pulumi.Output[str]
    """Address of the entrance: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""

    def __init__(self, name: str, args: DirectServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make the Service and wait for its address; ArgumentError for names that Kubernetes would refuse."""
        super().__init__(name, opts)
        demand(service_problems(self._parts, args))
        made = make_direct_service(self._parts, name, args)
        self.service, self.address, self.url = made.service, made.address, made.url
        self.register_outputs({"service": self.service, "address": self.address, "url": self.url})


class NodePortIngressArgs(TypedDict):
    """Arguments of `NodePortIngress`."""

    service: str
    """The Service's name."""
    ingress: str
    """The Ingress's name."""
    selector: Mapping[str, str]
    """Labels of the pods."""
    port: pulumi.Input[int]
    """The Service's port, to which the Ingress sends."""
    target_port: pulumi.Input[int]
    """Where pods listen."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of all three; `default` if unset."""
    load_balancer: NotRequired[LoadBalancer]
    """The load balancer, where it is not a public one that TKE makes."""
    pass_to_target: NotRequired[bool]
    """Let what the load balancer accepts reach the nodes whatever their security group says, so that no node port is open
    to clients, who could forge X-Forwarded-For there. Not with an existing load balancer."""


class NodePortIngress(KubernetesComponent):
    """An Ingress of class qcloud in front of a NodePort Service: the client is in X-Forwarded-For (TKE 56112).

    The load balancer appends the address that it sees, so an application may believe the last entry, and only that.
    """

    service: pulumi.Output[str]
    """The Service's name."""
    ingress: pulumi.Output[str]
    """The Ingress's name."""
    address: pulumi.Output[str]
    """Address of the entrance: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""

    def __init__(self, name: str, args: NodePortIngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Make Service and Ingress and wait for the address; ArgumentError for what Kubernetes or TKE would refuse."""
        super().__init__(name, opts)
        demand((*service_problems(self._parts, args), *ingress_problems(self._parts, args)))
        made = make_node_port_ingress(self._parts, name, args)
        self.service, self.ingress, self.address, self.url = made.service, made.ingress, made.address, made.url
        self.register_outputs(
            {"service": self.service, "ingress": self.ingress, "address": self.address, "url": self.url}
        )


class GlobalRouteDirectAccessArgs(TypedDict):
    """Arguments of `GlobalRouteDirectAccess`."""

    timeout_seconds: NotRequired[int]
    """How long the API server may take to answer; 300 if unset."""


class GlobalRouteDirectAccess(KubernetesComponent):
    """The cluster-wide switch that lets a GlobalRouter cluster have direct access (TKE 41897, 131136).

    TKE owns the map: one key of it is set, and only where the map exists. It stays set on destroy, since other workloads of
    the cluster may rely on it by then. The account has to be one that is billed by IP ("bandwidth-upshifted").
    """

    def __init__(
        self, name: str, args: GlobalRouteDirectAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Turn direct access on."""
        super().__init__(name, opts)
        make_switch(self._parts, name, args)
        self.register_outputs({})


@dataclass(frozen=True)
class Entrance:
    """What clients connect to, once it is made."""

    service: pulumi.Output[str]
    address: pulumi.Output[str]
    url: pulumi.Output[str]


@dataclass(frozen=True)
class IngressEntrance(Entrance):
    """An entrance with an Ingress in front of its Service."""

    ingress: pulumi.Output[str]


def make_switch(parts: Parts, name: str, args: GlobalRouteDirectAccessArgs) -> kubernetes.core.v1.ConfigMapPatch:
    """The key of TKE's map that turns direct access on."""
    namespace, config_map = tke.SERVICE_CONTROLLER_CONFIG
    timeout = f"{int(args.get('timeout_seconds') or 300)}s"
    # Server-side apply would make the map, with our key alone in it, on a cluster where TKE has not made it yet.
    made_by_tke = kubernetes.core.v1.ConfigMap.get(f"{name}-config", f"{namespace}/{config_map}", opts=parts.options())
    return kubernetes.core.v1.ConfigMapPatch(
        f"{name}-switch",
        metadata={
            "name": config_map,
            "namespace": namespace,
            "annotations": {"pulumi.com/patchForce": "true", "pulumi.com/patchFieldManager": _FIELD_MANAGER},
        },
        data={tke.GLOBAL_ROUTE_DIRECT_ACCESS: "true"},
        opts=parts.options(
            made_by_tke,
            retain_on_delete=True,
            custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout),
        ),
    )


def service_problems(parts: Parts, args: DirectServiceArgs | NodePortIngressArgs) -> Iterator[ArgumentError]:
    """Names that Kubernetes would refuse."""
    yield from parts.check("service", args["service"], rules.service_name)
    yield from parts.check("namespace", args.get("namespace"), rules.dns_label)


def make_direct_service(parts: Parts, name: str, args: DirectServiceArgs) -> Entrance:
    """The Service whose load balancer reaches pods straight."""
    balancer = args.get("load_balancer") or LoadBalancer()
    public = "internal_subnet_id" not in balancer and "existing_id" not in balancer
    stated = {tke.SERVICE_LOAD_BALANCER_TYPE: tke.SERVICE_LOAD_BALANCER_TYPE_PUBLIC}
    annotations = {
        tke.SERVICE_DIRECT_ACCESS: "true",
        tke.SERVICE_GRACE_DELETION: "true",
        **(stated if public and args.get("state_public") else {}),
        **_load_balancer(
            balancer,
            internal=tke.SERVICE_INTERNAL_SUBNET,
            existing=tke.SERVICE_EXISTING_LOAD_BALANCER,
            bandwidth=tke.SERVICE_INTERNET_BANDWIDTH,
            security_groups=tke.SERVICE_SECURITY_GROUPS,
        ),
        **_WAIT_FOR_ADDRESS,
    }
    service = _service(parts, name, args, "LoadBalancer", annotations)
    address = service.status.apply(_address)
    return Entrance(service.metadata.name, address, _url(address, args["port"]))


def ingress_problems(parts: Parts, args: NodePortIngressArgs) -> Iterator[ArgumentError]:
    """What Kubernetes or TKE would refuse, of the Ingress alone."""
    yield from parts.check("ingress", args["ingress"], rules.dns_label)
    if args.get("pass_to_target") and "existing_id" in (args.get("load_balancer") or {}):
        problem = "goes with a load balancer that TKE makes; remove it or load_balancer.existing_id"
        yield parts.refuse("pass_to_target", value=True, problem=problem)


def make_node_port_ingress(parts: Parts, name: str, args: NodePortIngressArgs) -> IngressEntrance:
    """The Ingress, and the NodePort Service behind it."""
    balancer = args.get("load_balancer") or LoadBalancer()
    service = _service(parts, f"{name}-service", args, "NodePort", {tke.SERVICE_DIRECT_ACCESS: "false"}).metadata.name
    annotations = {
        tke.CLASS_ANNOTATION: tke.CLASS_QCLOUD,
        tke.INGRESS_DIRECT_ACCESS: "false",
        **({tke.INGRESS_PASS_TO_TARGET: "true"} if args.get("pass_to_target") else {}),
        **_load_balancer(
            balancer,
            internal=tke.INGRESS_INTERNAL_SUBNET,
            existing=tke.INGRESS_EXISTING_LOAD_BALANCER,
            bandwidth=tke.INGRESS_INTERNET_BANDWIDTH,
            security_groups=tke.INGRESS_SECURITY_GROUPS,
        ),
        **_WAIT_FOR_ADDRESS,
    }
    namespace = args.get("namespace") or "default"
    ingress = kubernetes.networking.v1.Ingress(
        f"{name}-ingress",
        metadata={"name": args["ingress"], "namespace": namespace, "annotations": annotations},
        spec=_everything_to(service, args["port"]),
        opts=parts.options(custom_timeouts=_timeouts(balancer)),
    )
    address = ingress.status.apply(_address)
    return IngressEntrance(service, address, _url(address, 80), ingress.metadata.name)


def _service(
    parts: Parts,
    name: str,
    args: DirectServiceArgs | NodePortIngressArgs,
    kind: str,
    annotations: Mapping[str, "pulumi.Input[str]"],
) -> kubernetes.core.v1.Service:
    """The Service in front of the pods, of type `kind`."""
    return kubernetes.core.v1.Service(
        name,
        metadata={
            "name": args["service"],
            "namespace": args.get("namespace") or "default",
            "annotations": dict(annotations),
        },
        spec={
            "type": kind,
            "selector": dict(args["selector"]),
            "ports": [{"protocol": "TCP", "port": whole(args["port"]), "target_port": whole(args["target_port"])}],
        },
        opts=parts.options(custom_timeouts=_timeouts(args.get("load_balancer") or LoadBalancer())),
    )


def _load_balancer(
    balancer: LoadBalancer, *, internal: str, existing: str, bandwidth: str, security_groups: str
) -> dict[str, "pulumi.Input[str]"]:
    """The annotations of a load balancer, under the keys that a Service or an Ingress has for them."""
    annotations: dict[str, pulumi.Input[str]] = {}
    if "internal_subnet_id" in balancer:
        annotations[internal] = balancer["internal_subnet_id"]
    if "existing_id" in balancer:
        annotations[existing] = balancer["existing_id"]
    if "bandwidth" in balancer:
        annotations[bandwidth] = pulumi.Output.format("{0}", whole(balancer["bandwidth"]))
    if groups := balancer.get("security_group_ids"):
        annotations[security_groups] = pulumi.Output.all(groups).apply(lambda lists: ",".join(lists[0]))
    return annotations


def _everything_to(service: "pulumi.Input[str]", port: "pulumi.Input[int]") -> "networking.IngressSpecArgsDict":
    return {
        "rules": [
            {
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "path_type": "Prefix",
                            "backend": {"service": {"name": service, "port": {"number": whole(port)}}},
                        }
                    ]
                }
            }
        ]
    }


def _timeouts(balancer: LoadBalancer) -> pulumi.CustomTimeouts:
    seconds = f"{int(balancer.get('timeout_seconds') or 600)}s"
    return pulumi.CustomTimeouts(create=seconds, update=seconds, delete=seconds)


def _address(status: Any) -> "pulumi.Input[str]":
    """The address in a status: newer load balancers publish a hostname and no IP (TKE intl 30673)."""
    entries = status and status.load_balancer and status.load_balancer.ingress
    if entries:
        return str(entries[0].ip or entries[0].hostname)
    unknown: Any = pulumi.output.UNKNOWN  # in a preview of an object that is not there yet
    return pulumi.Output[str].from_input(unknown)


def _url(address: pulumi.Output[str], port: "pulumi.Input[int]") -> pulumi.Output[str]:
    return pulumi.Output.all(address, whole(port)).apply(lambda both: _http_url(both[0], both[1]))


def _http_url(address: str, port: int) -> str:
    try:
        host = f"[{IPv6Address(address)}]"
    except ValueError:
        host = address
    return f"http://{host}/" if port == 80 else f"http://{host}:{port}/"
