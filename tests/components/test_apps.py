"""Apps: many applications as one component."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import Apps, ArgumentError, DirectIngress, DirectService, LocalService, NodePortIngress, Workload
from tests.support.cloud import Cloud
from tests.support.recording import UNKNOWN, Recording, run

QUANTITIES = {"cpu_request": "1", "cpu_limit": "1", "memory_request": "1Gi", "memory_limit": "1Gi"}


def workload(name: str, **more: Any) -> dict[str, Any]:
    """An application that the cluster takes."""
    return {
        "deployment": name,
        "image": "nginx:1.27",
        "labels": {"app": name},
        "port": 8080,
        "resources": QUANTITIES,
    } | more


DIRECT: dict[str, Any] = {"workload": workload("cart", namespace="shop", replicas=3)}
INGRESS: dict[str, Any] = {
    "workload": workload("web", namespace="shop"),
    "port": 8000,
    "service": "web-pods",
    "ingress": "web-door",
    "pass_to_target": True,
    "load_balancer": {"bandwidth": 20, "timeout_seconds": 45},
}

TCP_AND_UDP: list[dict[str, Any]] = [
    {"port": 53, "target_port": 5353, "name": "dns"},
    {"port": 53, "target_port": 5353, "protocol": "UDP", "name": "dns"},
]


def _run(apps: dict[str, Any], *, cloud: Cloud | None = None, preview: bool = False, wait: bool = False) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        switch = [kubernetes.core.v1.ConfigMap("switch", opts=pulumi.ResourceOptions(provider=provider))]
        options = pulumi.ResourceOptions(provider=provider, depends_on=switch if wait else None)
        made = Apps("all", {"apps": apps}, options)
        pulumi.export("addresses", made.addresses)
        pulumi.export("urls", made.urls)

    return run(program, cloud=cloud, preview=preview)


def _refusals(apps: dict[str, Any] | Callable[[], dict[str, Any]]) -> list[str]:
    """What the component says of its arguments; nothing on the cluster may have been made."""
    made: list[str] = []

    def note(resource: pulumi.ResourceTransformationArgs) -> None:
        made.append(resource.type_)

    def program() -> None:
        pulumi.runtime.register_stack_transformation(note)
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        said = apps() if callable(apps) else apps
        Apps("all", {"apps": said}, pulumi.ResourceOptions(provider=provider))

    with pytest.raises(ArgumentError) as refused:
        run(program)
    assert made == ["pulumi:providers:kubernetes"]
    return str(refused.value).splitlines()


def test_apps_ask_for_what_a_component_for_each_would_ask_for() -> None:
    def one_by_one() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        options = pulumi.ResourceOptions(provider=provider)
        cart: Any = DIRECT["workload"]
        Workload("all-cart", cart | {"create_namespace": False}, options)
        service = {"service": "cart", "namespace": "shop", "selector": {"app": "cart"}, "port": 80}
        direct: Any = service | {"target_port": 8080}
        DirectService("all-cart", direct, options)
        web: Any = INGRESS["workload"]
        Workload("all-web", web | {"create_namespace": False}, options)
        behind = {"service": "web-pods", "namespace": "shop", "selector": {"app": "web"}, "port": 8000}
        more = {"target_port": 8080, "ingress": "web-door", "pass_to_target": True}
        ingress: Any = behind | more | {"load_balancer": {"bandwidth": 20, "timeout_seconds": 45}}
        NodePortIngress("all-web", ingress, options)

    def asked(found: Recording) -> dict[str, Any]:
        objects = [resource for resource in found.kubernetes if resource.type != "kubernetes:core/v1:Namespace"]
        return {
            f"{made.type} {made.name}": (made.inputs, str(made.options.customTimeouts), made.provider.split("::")[-2])
            for made in objects
            if made.name != "switch"
        }

    together = asked(_run({"cart": DIRECT, "web": INGRESS}))
    assert together == asked(run(one_by_one))
    assert len(together) == 6


def test_an_app_without_an_ingress_is_reached_straight_and_one_with_is_not() -> None:
    """The annotations are the guide's, scenario 1 and scenario 4."""
    found = _run({"cart": DIRECT, "web": INGRESS})

    def annotations(kind: str, name: str) -> dict[str, str]:
        (made,) = (made for made in found.of(kind) if made.name == name)
        said: dict[str, str] = made.inputs["metadata"]["annotations"]
        return said

    assert annotations("core/v1:Service", "all-cart-service")["service.cloud.tencent.com/direct-access"] == "true"
    assert annotations("core/v1:Service", "all-web-service")["service.cloud.tencent.com/direct-access"] == "false"
    assert annotations("Ingress", "all-web-ingress")["ingress.cloud.tencent.com/direct-access"] == "false"
    types = {made.name: made.inputs["spec"]["type"] for made in found.of("core/v1:Service")}
    assert types == {"all-cart-service": "LoadBalancer", "all-web-service": "NodePort"}
    assert len(found.of("Ingress")) == 1
    assert [made.type for made in found.resources if not made.custom] == ["pulumi:pulumi:Stack", "realip:index:Apps"]


def test_addresses_come_out_by_the_apps_name_and_are_unknown_before_they_are_there() -> None:
    cloud = Cloud({"hostname": "lb-1.example.com"})
    outputs = _run({"cart": DIRECT, "web": INGRESS}, cloud=cloud).stack.outputs
    assert outputs == {
        "addresses": {"cart": "lb-1.example.com", "web": "lb-1.example.com"},
        "urls": {"cart": "http://lb-1.example.com/", "web": "http://lb-1.example.com/"},
    }
    planned = _run({"cart": DIRECT}, preview=True).stack.outputs
    assert planned == {"addresses": UNKNOWN, "urls": UNKNOWN}


def test_a_namespace_that_apps_share_is_made_once_and_before_what_is_in_it() -> None:
    found = _run(
        {
            "cart": DIRECT,
            "web": INGRESS,
            "old": {"workload": workload("old")},
            "theirs": {"workload": workload("theirs", namespace="theirs", create_namespace=False)},
        }
    )
    (namespace,) = found.of("core/v1:Namespace")
    assert namespace.inputs["metadata"]["name"] == "shop"
    inside = [made for made in found.kubernetes if (made.inputs.get("metadata") or {}).get("namespace") == "shop"]
    assert len(inside) == 6
    assert all(namespace.name in found.waits_for(made) for made in inside)
    outside = [made for made in found.of("Deployment") if made not in inside]
    assert {made.inputs["metadata"]["namespace"] for made in outside} == {"default", "theirs"}
    assert not any(namespace.name in found.waits_for(made) for made in outside)


def test_an_apps_pods_and_exposure_do_not_wait_for_each_other_and_all_wait_for_the_switch() -> None:
    found = _run({"cart": DIRECT, "web": INGRESS}, wait=True)
    deployments = {made.urn for made in found.of("Deployment")}
    exposures = {made.urn for made in (*found.of("core/v1:Service"), *found.of("Ingress"))}
    assert (len(deployments), len(exposures)) == (2, 3)
    for made in found.kubernetes:
        if made.name != "switch":
            assert "switch" in found.waits_for(made), made
            assert not made.dependencies & (exposures if made.urn in deployments else deployments), made


def test_everything_that_two_apps_both_claim_is_told_at_once_and_nothing_is_made() -> None:
    assert _refusals(
        {
            "cart": DIRECT,
            "copy": DIRECT | {"workload": DIRECT["workload"] | {"labels": {"app": "copy"}}},
            "web": INGRESS,
            "door": INGRESS | {"workload": workload("door", namespace="shop"), "service": "door"},
        }
    ) == [
        'Apps \'all\': apps["copy"].workload.deployment = "cart": belongs to apps["cart"] in namespace \'shop\'; take another name',
        'Apps \'all\': apps["copy"].service = "cart": belongs to apps["cart"] in namespace \'shop\'; take another name',
        'Apps \'all\': apps["door"].ingress = "web-door": belongs to apps["web"] in namespace \'shop\'; take another name',
    ]


def test_two_apps_do_not_share_a_port_of_an_existing_load_balancer() -> None:
    """TKE refuses the second (E4014)."""
    balancer = {"load_balancer": {"existing_id": "lb-1"}}
    apps: dict[str, Any] = {name: {"workload": workload(name)} | balancer for name in ("cart", "web")}
    apps["api"] = {"workload": workload("api"), "port": 8443} | balancer
    (told,) = _refusals(apps)
    assert told == (
        'Apps \'all\': apps["web"].load_balancer.existing_id = "lb-1": belongs to apps["cart"] on port 80; '
        "take another port or load balancer"
    )


def test_an_ingress_is_at_port_80_of_its_load_balancer_whatever_its_services_port_is() -> None:
    balancer = {"load_balancer": {"existing_id": "lb-1"}}
    web: dict[str, Any] = {"workload": workload("web"), "ingress": "web", "port": 8000} | balancer
    api: dict[str, Any] = {"workload": workload("api"), "ingress": "api", "port": 9000} | balancer
    (told,) = _refusals({"web": web, "api": api})
    assert 'belongs to apps["web"] on port 80;' in told
    straight: dict[str, Any] = {"workload": workload("cart"), "port": 8000} | balancer
    assert len(_run({"web": web, "cart": straight}).of("core/v1:Service")) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({"ingress": "web"}, {"ingress": "other"}),
        ({}, {"ingress": "other"}),
        ({"ingress": "web"}, {}),
    ],
    ids=["both direct", "both behind an Ingress", "one of each", "the other of each"],
)
def test_apps_whose_places_differ_may_be_called_alike(first: dict[str, Any], second: dict[str, Any]) -> None:
    apps: dict[str, Any] = {"web": {"workload": workload("web")}, "web-service": {"workload": workload("other")}}
    found = _run({"web": apps["web"] | first, "web-service": apps["web-service"] | second})
    services = [made.urn for made in found.of("core/v1:Service")]
    assert len(set(services)) == 2


def test_everything_that_is_wrong_with_an_app_is_told_at_once() -> None:
    bad = {
        "workload": workload("Cart", image="a b", container="_", labels={}),
        "service": "1st",
        "redirect": True,
    }
    told = _refusals({"bad": bad})
    for argument in ("deployment", "image", "container", "labels"):
        assert sum(f"workload.{argument} =" in line for line in told) == 1, argument
    assert sum('apps["bad"].service =' in line for line in told) == 1
    assert sum('apps["bad"].redirect =' in line for line in told) == 1
    assert len(told) == 6


def test_no_ingress_said_as_none_is_no_ingress() -> None:
    """A program that reads a list of apps has `ingress: null` for most: they must stay direct."""
    found = _run({"cart": DIRECT | {"ingress": None, "service": None}})
    assert found.of("Ingress") == []
    assert found.one("core/v1:Service").inputs["spec"]["type"] == "LoadBalancer"
    assert _refusals({"cart": DIRECT | {"ingress": ""}}) != []


@pytest.mark.parametrize(
    ("more", "argument"),
    [
        (lambda later: {"namespace": later("shop")}, "workload.namespace"),
        (lambda later: {"labels": later({"app": "cart"})}, "workload.labels"),
        (lambda later: {"labels": {"app": later("cart")}}, 'workload.labels["app"]'),
    ],
)
def test_what_tells_apps_apart_has_to_be_known(more: Callable[[Any], dict[str, Any]], argument: str) -> None:
    """The outputs are made in the program: an output needs its event loop."""
    (told,) = _refusals(lambda: {"cart": {"workload": workload("cart", **more(pulumi.Output.from_input))}})
    assert told == f"Apps 'all': apps[\"cart\"].{argument}: is an output, and has to be known now; write it out"


def test_an_app_whose_clients_would_end_up_at_another_ones_pods_is_refused() -> None:
    (told,) = _refusals(
        {
            "cart": {"workload": workload("cart", labels={"team": "shop"})},
            "web": {"workload": workload("web", labels={"team": "shop", "app": "web"})},
            "other": {"workload": workload("other", labels={"team": "other", "app": "web"})},
        }
    )
    assert told == (
        'Apps \'all\': apps["cart"].workload.labels = {"team": "shop"}: are carried by the pods of apps["web"] too; '
        "add a label that tells them apart"
    )


def test_the_same_names_and_labels_in_two_namespaces_are_two_apps() -> None:
    found = _run({tenant: {"workload": workload("web", namespace=tenant)} for tenant in ("blue", "green")})
    assert sorted(made.inputs["metadata"]["namespace"] for made in found.of("core/v1:Service")) == ["blue", "green"]


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ({"workload": workload("Cart")}, ['workload.deployment = "Cart"']),
        ({"workload": workload("cart", image="a b")}, ['workload.image = "a b"']),
        ({"workload": workload("cart", namespace="_")}, ['workload.namespace = "_"']),
        ({"workload": workload("cart", labels={})}, ["workload.labels = {}", "give at least one label"]),
        ({"workload": workload("cart"), "service": "1st"}, ['service = "1st"']),
        ({"workload": workload("cart"), "service": ""}, ['service = ""']),
        ({"workload": workload("1st")}, ['workload.deployment = "1st"', "a letter first"]),
        ({"workload": workload("cart"), "ingress": "Door"}, ['ingress = "Door"']),
        ({"workload": workload("cart"), "redirect": True}, ["redirect = true", "goes with an Ingress"]),
        ({"workload": workload("cart"), "shared": True}, ["shared = true", "goes with an Ingress"]),
        (
            {"workload": workload("cart"), "hosts": [{"host": "a.example.com"}]},
            ['hosts = [{"host": "a.example.com"}]', "goes with an Ingress"],
        ),
        (
            {"workload": workload("cart"), "ingress": "door", "ports": [{"port": 80, "target_port": 80}]},
            ["ports = [", "remove it, or ingress"],
        ),
        (
            {"workload": workload("cart"), "port": 80, "ports": [{"port": 80, "target_port": 80}]},
            ["port = 80", "remove one of the two"],
        ),
        ({"workload": workload("cart"), "connection": "indirect"}, ['connection = "indirect"', "direct, non-direct"]),
        (
            {"workload": workload("cart"), "connection": "non-direct", "ports": TCP_AND_UDP},
            ["ports[1].protocol", "direct access"],
        ),
        (
            {"workload": workload("cart"), "ingress": "door", "hosts": [{"host": "a.example.com"}], "redirect": True},
            ["redirect = true", "every host needs a certificate"],
        ),
        (
            {
                "workload": workload("cart"),
                "annotations": {"ingress.cloud.tencent.com/rewrite-support": "true"},
            },
            ['annotations["ingress.cloud.tencent.com/rewrite-support"]'],
        ),
        (
            {
                "workload": workload("cart"),
                "ingress": "door",
                "pass_to_target": True,
                "load_balancer": {"existing_id": "lb-1"},
            },
            ["pass_to_target = true", "load_balancer.existing_id"],
        ),
    ],
)
def test_what_kubernetes_or_tke_would_refuse_is_told_with_the_apps_name(app: dict[str, Any], words: list[str]) -> None:
    told = _refusals({"fine": {"workload": workload("fine")}, "bad": app})
    assert len(told) == 1
    for word in ['apps["bad"].', *words]:
        assert word in told[0]


NAMES = {"service": "web", "namespace": "shop", "selector": {"app": "web"}}
PORT = {"port": 80, "target_port": 8080}
MORE: dict[str, Any] = {
    "annotations": {"example.com/owner": "edge"},
    "labels": {"example.com/tier": "front"},
    "pass_to_target": True,
    "load_balancer": {"bandwidth": 20, "security_group_ids": ["sg-1"]},
}
LAYER_4: dict[str, Any] = {
    "ports": [
        {"port": 53, "target_port": 5353, "protocol": "UDP", "name": "dns"},
        {"port": 443, "target_port": 8080, "protocol": "TCP_SSL", "name": "tls", "certificate_id": "1a2B3c4D"},
    ]
}
LAYER_7: dict[str, Any] = {
    "ingress": "door",
    "hosts": [
        {"host": "shop.example.com", "certificate_id": "1a2B3c4D"},
        {
            "host": "*.example.com",
            "paths": [{"path": "/api", "service": "api", "port": 8000}],
            "certificate_secret": "t",
        },
    ],
    "redirect": True,
    "listen_ports": {"https": 8443},
}


@pytest.mark.parametrize(
    ("component", "connection", "more"),
    [
        (DirectService, None, LAYER_4),
        (DirectService, "direct", {}),
        (LocalService, "non-direct", {"ports": [{"port": 90, "target_port": "http", "name": "a"}]}),
        (NodePortIngress, None, LAYER_7),
        (NodePortIngress, "non-direct", {"ingress": "door"}),
        (DirectIngress, "direct", LAYER_7),
    ],
)
def test_an_app_has_every_argument_that_the_single_exposure_has(component: Any, connection: Any, more: Any) -> None:
    """A host, a certificate or a label that is lost on the way would leave an app without HTTPS, or open."""
    alone = run(
        lambda: component(
            "all-web",
            NAMES | MORE | more | ({} if "ports" in more else PORT),
            pulumi.ResourceOptions(provider=kubernetes.Provider("cluster", kubeconfig="{}")),
        )
    )
    app = {"workload": workload("web", namespace="shop", create_namespace=False)} | MORE | more
    together = _run({"web": app if connection is None else app | {"connection": connection}})

    def asked(found: Recording) -> dict[str, Any]:
        kinds = ("core/v1:Service", "Ingress", "Secret")
        return {f"{made.type} {made.name}": made.inputs for kind in kinds for made in found.of(kind)}

    assert asked(together) == asked(alone)
    assert len(asked(alone)) > bool("ingress" in more)
    assert together.stack.outputs["urls"] == {"web": _url(component, more)}


def _url(component: Any, more: dict[str, Any]) -> str:
    if more is LAYER_7:
        return "https://shop.example.com:8443/"
    if more is LAYER_4:
        return "https://198.18.0.10/"
    return "http://198.18.0.10:90/" if component is LocalService else "http://198.18.0.10/"


def test_each_port_of_an_existing_load_balancer_is_one_apps() -> None:
    """TCP and UDP have a listener each on one port; an Ingress listens where listen_ports says (TKE E4014)."""
    balancer: dict[str, Any] = {"load_balancer": {"existing_id": "lb-1"}}
    tcp, udp = ({"ports": [entry]} | balancer for entry in TCP_AND_UDP)
    door = {"ingress": "door", "listen_ports": {"http": 8080}} | balancer
    fits: dict[str, Any] = {"a": tcp, "b": udp, "c": door, "d": {"port": 80} | balancer}
    apps = {key: {"workload": workload(key)} | app for key, app in fits.items()}
    assert len(_run(apps).of("core/v1:Service")) == 4
    (told,) = _refusals(apps | {"e": {"workload": workload("e"), "ports": [TCP_AND_UDP[1]]} | balancer})
    assert 'apps["e"].load_balancer.existing_id = "lb-1": belongs to apps["b"] on UDP port 53;' in told
    (told,) = _refusals(apps | {"f": {"workload": workload("f"), "port": 8080} | balancer})
    assert 'belongs to apps["c"] on port 8080;' in told


def test_ingresses_that_share_a_load_balancer_share_its_port_and_no_rule() -> None:
    def app(name: str, *hosts: str) -> dict[str, Any]:
        more = {"ingress": name, "shared": True, "load_balancer": {"existing_id": "lb-1"}}
        return {"workload": workload(name), "hosts": [{"host": host} for host in hosts]} | more

    apps = {"web": app("web", "web.example.com"), "cart": app("cart", "cart.example.com")}
    assert len(_run(apps).of("Ingress")) == 2
    (told,) = _refusals(apps | {"other": app("other", "web.example.com")})
    assert 'belongs to apps["web"] for web.example.com/ on port 80;' in told


def test_an_ingress_that_does_not_share_is_not_put_on_the_port_of_those_that_do() -> None:
    more = {"ingress": "web", "load_balancer": {"existing_id": "lb-1"}}
    shared = {"workload": workload("web"), "shared": True} | more
    (told,) = _refusals({"web": shared, "cart": {"workload": workload("cart")} | more | {"ingress": "cart"}})
    assert 'belongs to apps["web"] on port 80;' in told


def test_two_certificates_do_not_end_up_in_one_secret() -> None:
    def app(name: str, ingress: str, host: str) -> dict[str, Any]:
        hosts = [{"host": host, "certificate_id": "1a2B3c4D"}]
        return {"workload": workload(name), "ingress": ingress, "hosts": hosts}

    (told,) = _refusals({"one": app("one", "a", "b-c.example.com"), "two": app("two", "a-b", "c.example.com")})
    assert 'apps["two"].hosts[0].certificate_id = "a-b-c.example.com": belongs to apps["one"]' in told
    assert "certificate_secret" in told


def test_no_apps_at_all_are_no_resources() -> None:
    found = _run({})
    assert [made.name for made in found.kubernetes] == ["switch"]
    assert found.stack.outputs == {"addresses": {}, "urls": {}}
