"""The model's prediction is what the lab binds, whose rules are written apart: what one has wrong the other shows."""

from dataclasses import dataclass, fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.rig.binding import LoadBalancer, load_balancers
from lab.rig.cluster import Cluster
from realip.audit.examine import examine
from realip.audit.objects import CLUSTER_WIDE, Found, Place
from realip.audit.scene import Scene
from realip.audit.world import World
from realip.behaviour import Binding, ClusterFacts, PodNetwork, Sees
from tests.support.thoroughness import examples

Object = dict[str, Any]
SERVICE_KEY, INGRESS_KEY = "service.cloud.tencent.com/direct-access", "ingress.cloud.tencent.com/direct-access"
ENI = {"tke.cloud.tencent.com/networks": "tke-route-eni"}
WITH_PODS = "pods" in {field.name for field in fields(Cluster)}
NODES = ("10.0.0.1", "10.0.0.2", "eklet-a")
NAMES = ("web", "api")

annotated = st.sampled_from(["true", "false", None, "True"])
switch = st.sampled_from(["true", "false", None])


@dataclass(frozen=True)
class Case:
    """A random cluster."""

    global_router: bool
    config: Object
    services: list[Object]
    ingresses: list[Object]
    slices: list[Object]
    pods: list[Object]

    @property
    def nodes(self) -> list[Object]:
        return [
            {
                "metadata": {
                    "name": name,
                    "labels": {"node.kubernetes.io/instance-type": "eklet"} if name.startswith("eklet") else {},
                },
                "spec": {},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                },
            }
            for name in NODES
        ]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    services, slices, pods = [], [], []
    for name in NAMES:
        kind = draw(st.sampled_from(["LoadBalancer", "NodePort", "ClusterIP"]))
        value = draw(annotated)
        spec: Object = {
            "type": kind,
            "selector": {"app": name},
            "externalTrafficPolicy": draw(st.sampled_from(["Local", "Cluster"])),
            "ports": [{"name": "http", "port": 80, "targetPort": 8080, "nodePort": 30080}],
        }
        metadata = {"namespace": "shop", "name": name, "annotations": {SERVICE_KEY: value} if value else {}}
        services.append({"metadata": metadata, "spec": spec})
        places = draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=3))
        eni = draw(st.booleans()) and WITH_PODS
        endpoints = []
        for at, place in enumerate(places):
            pod = f"{name}-{at}"
            endpoints.append(
                {
                    "addresses": [f"10.0.1.{at}"],
                    "nodeName": place,
                    "conditions": {"ready": True},
                    "targetRef": {"kind": "Pod", "name": pod},
                }
            )
            pods.append(
                {
                    "metadata": {
                        "namespace": "shop",
                        "name": pod,
                        "labels": {"app": name},
                        "annotations": ENI if eni else {},
                    },
                    "spec": {"nodeName": place, "containers": [{"name": "app"}]},
                }
            )
        labels = {"kubernetes.io/service-name": name}
        ports = [{"name": "http", "port": 8080}]
        slices.append(
            {
                "metadata": {"namespace": "shop", "name": f"{name}-1", "labels": labels},
                "endpoints": endpoints,
                "ports": ports,
            }
        )
    ingresses = []
    for at in range(draw(st.integers(0, 2))):
        value = draw(annotated)
        backends = draw(st.lists(st.sampled_from([*NAMES, "gone"]), min_size=1, max_size=2))
        port = draw(st.sampled_from([{"number": 80}, {"name": "http"}, {"number": 81}]))
        paths = [{"path": "/", "backend": {"service": {"name": name, "port": port}}} for name in backends]
        metadata = {"namespace": "shop", "name": f"front-{at}", "annotations": {INGRESS_KEY: value} if value else {}}
        spec = {"rules": [{"http": {"paths": paths}}], **draw(st.sampled_from([{}, {"ingressClassName": "qcloud"}]))}
        ingresses.append({"metadata": metadata, "spec": spec})
    config = {"GlobalRouteDirectAccess": draw(switch), "EnableDefaultDirectAccess": draw(switch)}
    kept = {key: value for key, value in config.items() if value is not None}
    return Case(draw(st.booleans()), kept, services, ingresses, slices, pods)


def objects_of(case: Case) -> list[Found]:
    config = {"metadata": {"namespace": "kube-system", "name": "tke-service-controller-config"}, "data": case.config}
    kinds = {
        "Service": case.services,
        "Ingress": case.ingresses,
        "EndpointSlice": case.slices,
        "Node": case.nodes,
        "Pod": case.pods if WITH_PODS else [],
        "ConfigMap": [config],
    }
    return [
        Found(
            kind,
            "" if kind in CLUSTER_WIDE else body["metadata"]["namespace"],
            body["metadata"]["name"],
            body,
            Place("cluster"),
            body["metadata"].get("annotations", {}),
        )
        for kind, bodies in kinds.items()
        for body in bodies
    ]


def world_of(case: Case) -> World:
    network = PodNetwork.GLOBAL_ROUTER if case.global_router else PodNetwork.VPC_CNI
    return World(objects_of(case), facts=ClusterFacts(network=network, complete=True))


def bound(case: Case) -> list[LoadBalancer]:
    more: Any = {"pods": tuple(case.pods)} if WITH_PODS else {}
    return load_balancers(
        Cluster(
            global_router=case.global_router,
            services=tuple(case.services),
            ingresses=tuple(case.ingresses),
            slices=tuple(case.slices),
            nodes=tuple(case.nodes),
            controller_config=case.config,
            **more,
        )
    )


@examples(400, 10_000)
@given(cases())
def test_what_the_model_predicts_is_what_the_lab_binds(case: Case) -> None:
    predicted = {exposure.name: exposure for exposure in Scene(world_of(case)).exposures.values()}
    for balancer in bound(case):
        mine = predicted[balancer.name]
        if balancer.problem:
            assert (mine.binding, mine.sees) == (Binding.NOTHING, Sees.NOBODY), balancer
            continue
        assert mine.binding is (Binding.PODS if balancer.direct else Binding.NODE_PORTS), balancer
        if balancer.kind == "Ingress":
            assert (mine.sees, mine.reads) == (Sees.CLIENT, "x-forwarded-for")
            continue
        service = next(each for each in case.services if each["metadata"]["name"] == balancer.name)
        kept = balancer.direct or service["spec"]["externalTrafficPolicy"] == "Local"
        assert (mine.sees, mine.reads) == (Sees.CLIENT if kept else Sees.NODE, "socket")


@examples(200, 5000)
@given(cases(), st.data())
def test_no_cluster_makes_an_audit_fail_and_every_finding_has_its_object(case: Case, data: st.DataObject) -> None:
    found = objects_of(case)
    chosen = data.draw(st.lists(st.sampled_from(found), unique_by=id))
    report = examine([World(chosen)], {})
    assert {finding.found for finding in report.findings} <= set(chosen)
    assert {row.found for row in report.rows} <= set(chosen)
    for finding in report.findings:
        assert finding.message()
        assert finding.remedy()
        assert finding.line is None
