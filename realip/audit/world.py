"""The objects of one cluster together: which Services have which pods, where these run, and what is known of the cluster."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from realip import tke
from realip.audit.objects import WORKLOADS, Found, as_map, as_maps
from realip.audit.sidecars import Injected, has_sidecar
from realip.behaviour import ClusterFacts, PodNetwork, Pods
from realip.cluster_facts import is_super_node, offers_eni
from realip.tke_objects import ingress_services, is_qcloud

__all__ = ["PATCHED", "Template", "World"]

PATCHED = "realip.patch"
"""A key beside those of an object that says: these are a patch's fields, and the object has more."""
_SUPER_NAME = "eklet-"
"""How TKE's names of super nodes start; only for a node that is not among the objects."""
_POD_NAME = "statefulset.kubernetes.io/pod-name"
"""A label that a StatefulSet's controller gives each of its pods: the set's name and a number."""
_SERVICE_NAME = "kubernetes.io/service-name"
_OVERLAYS = ("vxlan", "geneve")


@dataclass(frozen=True, eq=False)
class Template:
    """Pods that some object makes, or a pod."""

    found: Found
    labels: Mapping[str, Any]
    annotations: Mapping[str, Any]
    spec: Mapping[str, Any]


class World:
    """Objects of one cluster."""

    def __init__(
        self,
        objects: Iterable[Found],
        *,
        facts: ClusterFacts | None = None,
        live: bool = False,
        hidden: Iterable[str] = (),
        name: str = "",
        accepted: Mapping[str, str] | None = None,
    ) -> None:
        """`facts`: what is known otherwise; `live`: all of a cluster is here, but for the kinds that are `hidden`.

        `accepted`: rules that whoever made the objects has decided on, each with the reason.
        """
        self.name, self.live, self.hidden = name, live, frozenset(hidden)
        self.accepted = accepted or {}
        self.objects = list(objects)
        self.by_kind: dict[str, list[Found]] = defaultdict(list)
        for found in self.objects:
            self.by_kind[found.kind].append(found)
        self._given = facts or ClusterFacts()

    def with_objects(self, objects: Iterable[Found]) -> "World":
        """The same cluster with other objects."""
        return World(
            objects, facts=self._given, live=self.live, hidden=self.hidden, name=self.name, accepted=self.accepted
        )

    @cached_property
    def facts(self) -> ClusterFacts:
        """The cluster, as far as its objects show it."""
        given = self._given
        data = self.controller_config
        complete = given.complete or (self.live and not self.hidden & {"Service", "Ingress"})
        found = replace(given, network=given.network or self._network(), complete=complete)
        if data is None:
            if self.live and "ConfigMap" not in self.hidden:
                return replace(found, default_direct_access=bool(given.default_direct_access))
            return found

        def switched(key: str) -> bool | None:
            # A patch says what it sets, and nothing about the rest.
            return data.get(key) == "true" if key in data or not self._patched else None

        return replace(
            found,
            global_route_direct_access=switched(tke.GLOBAL_ROUTE_DIRECT_ACCESS),
            default_direct_access=switched(tke.DEFAULT_DIRECT_ACCESS) and not self.older_controller,
        )

    @cached_property
    def _patched(self) -> bool:
        """TKE's ConfigMap is known by a patch of it only."""
        found = [
            each for each in self.by_kind["ConfigMap"] if (each.namespace, each.name) == tke.SERVICE_CONTROLLER_CONFIG
        ]
        return bool(found) and all(PATCHED in each.body for each in found)

    @cached_property
    def controller_config(self) -> Mapping[str, Any] | None:
        """The data of TKE's ConfigMap; None where it is not among the objects."""
        for found in self.by_kind["ConfigMap"]:
            if (found.namespace, found.name) == tke.SERVICE_CONTROLLER_CONFIG:
                return as_map(found.body.get("data"))
        return None

    @cached_property
    def older_controller(self) -> bool:
        """The service controller is known to be older than the default of direct access (TKE 131136)."""
        version = (self.controller_config or {}).get(tke.CONTROLLER_VERSION)
        numbers = re.match(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})", str(version))
        return numbers is not None and tuple(map(int, numbers.groups())) < tke.DEFAULT_DIRECT_ACCESS_SINCE

    @cached_property
    def states_default(self) -> bool:
        """The objects say what a missing annotation means: the switch is there, and the controller knows it."""
        return tke.DEFAULT_DIRECT_ACCESS in (self.controller_config or {}) and not self.older_controller

    def _network(self) -> PodNetwork | None:
        for found in self.by_kind["ConfigMap"]:
            if (found.namespace, found.name) == ("kube-system", "cilium-config"):
                data = as_map(found.body.get("data"))
                if data.get("routing-mode") == "tunnel" or data.get("tunnel") in _OVERLAYS:
                    return PodNetwork.CILIUM_OVERLAY
        own = [found for found in self.by_kind["Node"] if not _is_super(found)]
        # A node of a GlobalRouter cluster has a part of the cluster's network for its pods; VPC-CNI has none to give out.
        if any(found.spec.get("podCIDR") for found in own):
            return PodNetwork.GLOBAL_ROUTER
        if any(_offers_interfaces(found) for found in own):
            return PodNetwork.VPC_CNI
        return None

    @cached_property
    def behind_qcloud(self) -> Mapping[Found, list[Found]]:
        """The Ingresses of TKE's that each Service stands behind."""
        made: dict[Found, list[Found]] = defaultdict(list)
        for found in self.by_kind["Ingress"]:
            if is_qcloud(found.body, self.default_class):
                named = self.services.get(found.namespace, {})
                for name in dict.fromkeys(backend.service for backend in ingress_services(found.body)):
                    if name in named:
                        made[named[name]].append(found)
        return made

    # --- Services and their pods ---------------------------------------------------------------------------------------

    @cached_property
    def services(self) -> Mapping[str, Mapping[str, Found]]:
        """Every Service, by namespace and name."""
        made: dict[str, dict[str, Found]] = defaultdict(dict)
        for found in self.by_kind["Service"]:
            made[found.namespace][found.name] = found
        return made

    @cached_property
    def bodies(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """Every Service's object, by namespace and name."""
        return {space: {name: found.body for name, found in named.items()} for space, named in self.services.items()}

    @cached_property
    def templates(self) -> Mapping[str, list[Template]]:
        """Pod templates and pods, by namespace."""
        made: dict[str, list[Template]] = defaultdict(list)
        for kind in (*WORKLOADS, "Pod"):
            for found in self.by_kind[kind]:
                if kind == "ReplicaSet" and as_map(found.body.get("metadata")).get("ownerReferences"):
                    continue  # its Deployment says the same, and an older one what was once
                pod = found.body if kind == "Pod" else as_map(found.spec.get("template"))
                metadata = as_map(pod.get("metadata"))
                made[found.namespace].append(
                    Template(
                        found,
                        as_map(metadata.get("labels")),
                        as_map(metadata.get("annotations")),
                        as_map(pod.get("spec")),
                    )
                )
        return made

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str, str], list[Template]]:
        made: dict[tuple[str, str, str], list[Template]] = defaultdict(list)
        for space, templates in self.templates.items():
            for template in templates:
                for key, value in template.labels.items():
                    made[space, key, str(value)].append(template)
        return made

    def templates_of(self, service: Found) -> list[Template]:
        """The pod templates and pods that a Service selects."""
        selector = selector_of(service)
        if not selector or not self.templates:
            return []
        if _POD_NAME in selector:
            return [template for template in self.templates.get(service.namespace, ()) if _has_pod(template, selector)]
        lists = [self._by_label.get((service.namespace, key, str(value)), []) for key, value in selector.items()]
        return [
            template
            for template in min(lists, key=len)
            if all(template.labels.get(key) == value for key, value in selector.items())
        ]

    def pods_of(self, services: Iterable[Found]) -> Pods:
        """The pods behind Services, as far as the objects show them."""
        wanted = list(services)
        templates = [template for service in wanted for template in self.templates_of(service)]
        places = [place for service in wanted for place in self._places(service)]
        if not places:
            places = [_wants_super(template) for template in templates]
        if not any(place is not None for place in places) and self.only_super_nodes:
            places = [True]
        if not any(place is not None for place in places) and self.by_kind["Node"] and not self._some_super:
            places = [False]
        known = [place for place in places if place is not None]
        makers = [template for template in templates if template.found.kind != "Pod"] or templates
        return Pods(
            on_super=all(known) if known and len(known) == len(places) else False if known and not any(known) else None,
            mixed=any(known) and not all(known),
            host_network=any(template.spec.get("hostNetwork") is True for template in makers) if makers else None,
            own_interface=self._have_interfaces(templates, makers),
            sidecar=bool(makers) and all(self._has_sidecar(template, wanted) for template in makers),
        )

    def _have_interfaces(self, templates: list[Template], makers: list[Template]) -> bool | None:
        """True where every pod has an address of the VPC: by an interface of its own, or on a super node."""
        pods = [template for template in templates if template.found.kind == "Pod"]
        if pods:
            return all(_has_interface(pod) or self._on_super(str(pod.spec.get("nodeName"))) for pod in pods)
        return all(map(_has_interface, makers)) if makers else None

    @cached_property
    def only_super_nodes(self) -> bool:
        """The nodes are known, and all are super nodes."""
        nodes = self.by_kind["Node"]
        return bool(nodes) and all(map(_is_super, nodes))

    @cached_property
    def _some_super(self) -> bool:
        return any(map(_is_super, self.by_kind["Node"]))

    @cached_property
    def _nodes(self) -> Mapping[str, Found]:
        return {found.name: found for found in self.by_kind["Node"]}

    @cached_property
    def _slices(self) -> Mapping[tuple[str, str], list[Found]]:
        made: dict[tuple[str, str], list[Found]] = defaultdict(list)
        for found in self.by_kind["EndpointSlice"]:
            labels = as_map(as_map(found.body.get("metadata")).get("labels"))
            made[found.namespace, str(labels.get(_SERVICE_NAME))].append(found)
        return made

    def _places(self, service: Found) -> list[bool | None]:
        """For each place where a pod of a Service runs, whether it is a super node."""
        names: dict[str, None] = {}
        for found in self._slices.get((service.namespace, service.name), ()):
            for endpoint in as_maps(found.body.get("endpoints")):
                if as_map(endpoint.get("conditions")).get("ready") is not False and endpoint.get("nodeName"):
                    names[str(endpoint["nodeName"])] = None
        if not names:
            for template in self.templates_of(service):
                if template.found.kind == "Pod" and template.spec.get("nodeName"):
                    names[str(template.spec["nodeName"])] = None
        return [self._on_super(name) for name in names]

    def _on_super(self, name: str) -> bool | None:
        node = self._nodes.get(name)
        if node is not None:
            return _is_super(node)
        return True if name.startswith(_SUPER_NAME) else None

    def _has_sidecar(self, template: Template, services: list[Found]) -> bool:
        space = as_map(self._namespaces.get(template.found.namespace, {}))
        pod = Injected(
            template.labels,
            template.annotations,
            template.spec,
            as_map(space.get("labels")),
            as_map(space.get("annotations")),
        )
        ports = [port for service in services for port in as_maps(service.spec.get("ports"))]
        return has_sidecar(pod, [port.get("targetPort", port.get("port")) for port in ports])

    @cached_property
    def _namespaces(self) -> Mapping[str, Mapping[str, Any]]:
        """The metadata of each Namespace."""
        return {found.name: as_map(found.body.get("metadata")) for found in self.by_kind["Namespace"]}

    @cached_property
    def default_class(self) -> str | None:
        """The class of an Ingress that names none, where an IngressClass says so."""
        for found in self.by_kind["IngressClass"]:
            if found.annotations.get("ingressclass.kubernetes.io/is-default-class") == "true":
                return found.name
        return None


def selector_of(service: Found) -> Mapping[str, Any]:
    """The labels that a Service selects pods by."""
    return as_map(service.spec.get("selector"))


def _is_super(node: Found) -> bool:
    return is_super_node(as_map(as_map(node.body.get("metadata")).get("labels")))


def _offers_interfaces(node: Found) -> bool:
    return offers_eni(as_map(as_map(node.body.get("status")).get("allocatable")))


def _has_pod(template: Template, selector: Mapping[str, Any]) -> bool:
    """A StatefulSet's template among whose pods is the one that a Service names, or that pod."""
    name, _, number = str(selector[_POD_NAME]).rpartition("-")
    if template.found.kind == "StatefulSet" and template.found.name == name and number.isdecimal():
        selector = {key: value for key, value in selector.items() if key != _POD_NAME}
    return all(template.labels.get(key) == value for key, value in selector.items())


def _wants_super(template: Template) -> bool | None:
    """True for a template whose pods run on super nodes alone; None where it does not say."""
    if is_super_node(as_map(template.spec.get("nodeSelector"))):
        return True
    affinity = as_map(as_map(template.spec.get("affinity")).get("nodeAffinity"))
    required = as_map(affinity.get("requiredDuringSchedulingIgnoredDuringExecution"))
    terms = as_maps(required.get("nodeSelectorTerms"))  # a node has to fit one of them
    return True if terms and all(map(_names_super, terms)) else None


def _names_super(term: Mapping[str, Any]) -> bool:
    """A term that only super nodes fit."""
    labels = {
        str(each.get("key")): values[0]
        for each in as_maps(term.get("matchExpressions"))
        if each.get("operator") == "In" and isinstance(values := each.get("values"), list) and len(values) == 1
    }
    return is_super_node(labels)


def _has_interface(template: Template) -> bool:
    networks = template.annotations.get(tke.POD_NETWORKS)
    if isinstance(networks, str) and any(network in networks for network in tke.ENI_NETWORKS):
        return True
    for container in as_maps(template.spec.get("containers")):
        resources = as_map(container.get("resources"))
        if any(resource in as_map(resources.get("limits")) for resource in tke.ENI_RESOURCES):
            return True
    return False
