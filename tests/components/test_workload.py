"""Workload: the app as asked for, on the nodes it was meant for, and never on a cluster that nobody named."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import ArgumentError, SettingsError, Workload, parse_settings
from realip.components._arguments import as_integer
from tests.support.recording import Recording, run
from tests.support.stacks import up

APP: dict[str, Any] = {
    "deployment": "web",
    "image": "nginx:1.27",
    "labels": {"app": "web"},
    "port": 8080,
    "resources": {"cpu_request": "100m", "cpu_limit": "1", "memory_request": "64Mi", "memory_limit": "128Mi"},
}


def _workload(**more: Any) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        workload = Workload("app", APP | more, pulumi.ResourceOptions(provider=provider))  # type: ignore[arg-type]
        pulumi.export("namespace", workload.namespace)
        pulumi.export("deployment", workload.deployment)

    return run(program)


def _pod(**more: Any) -> dict[str, Any]:
    pod: dict[str, Any] = _workload(**more).one("Deployment").inputs["spec"]["template"]["spec"]
    return pod


def test_what_is_not_asked_for_is_not_there() -> None:
    found = _workload()
    spec = found.one("Deployment").inputs["spec"]
    assert "replicas" not in spec, "an autoscaler may own it"
    pod = spec["template"]["spec"]
    assert not {"nodeSelector", "tolerations", "hostNetwork", "imagePullSecrets", "serviceAccountName"} & pod.keys()
    assert pod["automountServiceAccountToken"] is False
    assert not {"command", "args", "env", "envFrom"} & pod["containers"][0].keys()
    assert pod["terminationGracePeriodSeconds"] == 30
    assert "lifecycle" not in pod["containers"][0]
    assert pod["containers"][0]["name"] == "web"
    assert found.of("Namespace") == []
    assert found.stack.outputs == {"namespace": "default", "deployment": "web"}


def test_what_is_asked_for_is_there() -> None:
    found = _workload(
        namespace="shop",
        container="main",
        replicas=4.0,
        port=80.0,
        readiness_path="/healthz",
        drain_seconds=25.0,
        timeout_seconds=90.0,
        super_nodes=True,
        tolerations=[{"key": "a", "value": "b", "effect": "NoExecute"}],
    )
    deployment = found.one("Deployment")
    pod = deployment.inputs["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert deployment.inputs["spec"]["replicas"] == 4
    assert container["name"] == "main"
    assert container["ports"] == [{"containerPort": 80}]
    assert container["readinessProbe"] == {"periodSeconds": 5, "httpGet": {"path": "/healthz", "port": 80}}
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 25}}}
    assert pod["terminationGracePeriodSeconds"] == 55
    assert pod["nodeSelector"] == {"node.kubernetes.io/instance-type": "eklet"}
    assert pod["tolerations"] == [
        {"key": "eks.tke.cloud.tencent.com/eklet", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute"},
    ]
    timeouts = deployment.options.customTimeouts
    assert (timeouts.create, timeouts.update, timeouts.delete) == ("90s", "90s", "90s")
    assert deployment.inputs["metadata"]["namespace"] == "shop"
    assert found.one("Namespace").inputs["metadata"]["name"] == "shop"
    assert found.one("Namespace").name in found.waits_for(deployment), "the namespace is not there yet"
    assert found.stack.outputs["namespace"] == "shop"


@pytest.mark.parametrize(
    ("more", "made"),
    [
        ({}, []),
        ({"namespace": "shop"}, ["shop"]),
        ({"namespace": "shop", "create_namespace": False}, []),
        ({"namespace": "shop", "create_namespace": True}, ["shop"]),
    ],
)
def test_a_namespace_that_somebody_else_made_is_not_made_again(more: dict[str, Any], made: list[str]) -> None:
    """The API server refuses the second one, and destroying the first app would take the other's objects along."""
    found = _workload(**more)
    assert [namespace.inputs["metadata"]["name"] for namespace in found.of("Namespace")] == made
    assert found.one("Deployment").inputs["metadata"]["namespace"] == more.get("namespace", "default")


def test_whole_numbers_stay_whole_when_another_language_sends_80_0() -> None:
    seen: list[object] = []

    def program() -> None:
        for value in (80, 80.0, pulumi.Output.from_input(80.0)):
            pulumi.Output.from_input(as_integer(value)).apply(lambda number: seen.append(repr(number)))  # type: ignore[arg-type]

    run(program)
    assert seen == ["80", "80", "80"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"deployment": "Web"}, ['deployment = "Web"', "is not a name that Kubernetes takes"]),
        ({"namespace": "shop_1"}, ['namespace = "shop_1"', "is not a name that Kubernetes takes"]),
        ({"container": "-main"}, ['container = "-main"', "is not a name that Kubernetes takes"]),
        ({"image": "Nginx latest"}, ['image = "Nginx latest"', "is not an image reference"]),
    ],
)
def test_what_kubernetes_would_refuse_is_refused_before_anything_is_made(
    more: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ArgumentError) as caught:
        _workload(**more)
    for word in ["Workload 'app'", *words]:
        assert word in str(caught.value)


def test_the_settings_of_the_app_reach_its_objects() -> None:
    app = {
        "image": "registry.example.com:5000/team/web:v2",
        "replicas": 5,
        "port": 8080,
        "servicePort": 8000,
        "namespace": "shop",
        "deployment": "web",
        "container": "main",
        "service": "web-exposure",
        "label": "web",
        "cpuRequest": "500m",
        "cpuLimit": "2",
        "memoryRequest": "1Gi",
        "memoryLimit": "2Gi",
        "readinessPath": "/ready",
        "drainSeconds": 20,
        "timeoutSeconds": 120,
    }
    found = up("vpc-cni-direct-native", app=app, loadBalancer={"timeoutSeconds": 240})
    deployment, service = found.one("Deployment"), found.one("core/v1:Service")
    spec = deployment.inputs["spec"]
    container = spec["template"]["spec"]["containers"][0]
    assert deployment.inputs["metadata"] == {"name": "web", "namespace": "shop", "labels": {"app": "web"}}
    assert spec["replicas"] == 5
    assert spec["selector"] == {"matchLabels": {"app": "web"}}
    assert (container["name"], container["image"]) == ("main", "registry.example.com:5000/team/web:v2")
    assert container["resources"] == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    }
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}
    assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 20
    assert deployment.options.customTimeouts.create == "120s"
    assert service.inputs["metadata"]["name"] == "web-exposure"
    assert service.inputs["metadata"]["namespace"] == "shop"
    assert service.inputs["spec"]["selector"] == {"app": "web"}
    assert service.inputs["spec"]["ports"] == [{"protocol": "TCP", "port": 8000, "targetPort": 8080}]
    assert service.options.customTimeouts.create == "240s"
    assert service.options.customTimeouts.update == "240s"
    assert found.stack.outputs["url"] == "http://198.18.0.10:8000/"


def test_an_image_of_a_private_registry_runs_as_its_owner_runs_it() -> None:
    app = {
        "env": {"LOG_LEVEL": "debug"},
        "envFrom": [{"secret": "database"}, {"configMap": "web.settings"}],
        "imagePullSecrets": ["registry", "mirror"],
        "serviceAccount": "web",
        "command": ["/app/run", "--verbose"],
        "args": ["--port", "8080"],
    }
    pod = up(app=app).one("Deployment").inputs["spec"]["template"]["spec"]
    assert pod["imagePullSecrets"] == [{"name": "registry"}, {"name": "mirror"}]
    assert (pod["serviceAccountName"], pod["automountServiceAccountToken"]) == ("web", True)
    (container,) = pod["containers"]
    assert container["command"] == ["/app/run", "--verbose"]
    assert container["args"] == ["--port", "8080"]
    assert container["env"] == [{"name": "LOG_LEVEL", "value": "debug"}]
    assert container["envFrom"] == [{"secretRef": {"name": "database"}}, {"configMapRef": {"name": "web.settings"}}]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "env_from[0].secret: is missing; name a Secret here, or a ConfigMap as config_map"),
        ({"secret": "a", "config_map": "b"}, 'env_from[0].secret = "a": stands beside config_map'),
        ({"secret": "A b"}, 'env_from[0].secret = "A b": is not a name that Kubernetes takes'),
        ({"secretRef": "a"}, "env_from[0].secretRef"),
    ],
)
def test_a_source_of_variables_is_a_secret_or_a_config_map(source: dict[str, str], words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        _workload(env_from=[source])
    assert words in str(caught.value)


@pytest.mark.parametrize("source", [{}, {"secret": "a", "configMap": "b"}])
def test_a_source_of_variables_in_a_stack_file_is_one_of_the_two(source: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=r"app\.envFrom\[0\].* names not one of the two, a Secret or a ConfigMap"):
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": {"envFrom": [source]}})


def test_an_autoscaler_owns_the_number_of_pods() -> None:
    assert "replicas" not in up(app={"autoscaled": True}).one("Deployment").inputs["spec"]


@pytest.mark.parametrize(("version", "drains"), [("1.29.9", False), ("1.30.0", True), ("1.32.2", True)])
def test_pods_drain_where_the_kubelet_can_sleep(version: str, drains: bool) -> None:
    """An older API server refuses the whole Deployment."""
    found = up(cluster={"version": version}).one("Deployment").inputs["spec"]["template"]["spec"]
    assert ("lifecycle" in found["containers"][0]) is drains
    assert found["terminationGracePeriodSeconds"] == (40 if drains else 30)


def test_draining_can_be_turned_off() -> None:
    found = up(app={"drainSeconds": 0}).one("Deployment").inputs["spec"]["template"]["spec"]
    assert "lifecycle" not in found["containers"][0]
    assert found["terminationGracePeriodSeconds"] == 30


def _capabilities(**more: Any) -> Any:
    return _pod(**more)["containers"][0]["securityContext"]["capabilities"]


def test_a_container_on_a_low_port_can_listen_there() -> None:
    """Without the capability a program that binds port 80 ends with permission denied."""
    assert _capabilities(port=80) == {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]}
    assert _capabilities(port=1024) == {"drop": ["ALL"]}


def test_an_image_gets_the_capabilities_that_it_asks_for_and_no_other() -> None:
    assert _capabilities(capabilities=["SETUID", "CHOWN"]) == {"add": ["CHOWN", "SETUID"], "drop": ["ALL"]}
    made = up(app={"capabilities": ["CHOWN"]}).one("Deployment")
    container = made.inputs["spec"]["template"]["spec"]["containers"][0]
    assert container["securityContext"]["capabilities"] == {"add": ["CHOWN"], "drop": ["ALL"]}


def test_a_capability_beyond_the_baseline_level_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r'capabilities\[0\] = "NET_ADMIN"'):
        _workload(capabilities=["NET_ADMIN"])


RUNS_ALREADY = {"deploy": False, "selector": {"app": "web", "tier": "front"}}


@pytest.mark.parametrize(
    ("slug", "kinds"),
    [("vpc-cni-direct-native", {"Service"}), ("vpc-cni-nondirect-native", {"Service", "Ingress"})],
)
def test_an_app_that_runs_already_is_exposed_and_nothing_of_it_is_made(slug: str, kinds: set[str]) -> None:
    found = up(slug, app=RUNS_ALREADY | {"port": 8080})
    assert {kind for kind in ("Service", "Ingress", "Deployment", "Namespace") if found.of(kind)} == kinds
    service = found.one("core/v1:Service").inputs
    assert service["spec"]["selector"] == {"app": "web", "tier": "front"}
    assert service["spec"]["ports"] == [{"protocol": "TCP", "port": 80, "targetPort": 8080}]
    assert service["metadata"]["namespace"] == "default"
    assert found.stack.outputs["namespace"] == "default"
    assert not found.stack.outputs.get("deployment")


@pytest.mark.parametrize(
    ("app", "words"),
    [
        ({"selector": {"app": "web"}}, 'app.selector = {"app": "web"}: finds the pods of an app that runs already'),
        ({"deploy": False}, "app.selector: is missing; with app.deploy: false"),
        ({"deploy": False, "selector": {}}, "app.selector = {}: is missing"),
        (RUNS_ALREADY | {"replicas": 3}, "app.replicas = 3: is for an app that this stack deploys"),
        (RUNS_ALREADY | {"image": "web:v1"}, 'app.image = "web:v1": is for an app that this stack deploys'),
        (RUNS_ALREADY | {"envFrom": [{"secret": "a"}]}, "app.envFrom = "),
        (RUNS_ALREADY | {"label": "web"}, 'app.label = "web": is for an app that this stack deploys'),
    ],
)
def test_an_app_is_deployed_here_or_found_by_its_labels(app: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": app})
    assert words in str(caught.value)
    assert len(caught.value.problems) == 1


def test_pods_that_nobody_counts_need_no_room_in_a_subnet() -> None:
    small = {
        "cidr": "10.0.0.0/16",
        "zones": ["ap-guangzhou-6"],
        "podSubnets": [{"zone": "ap-guangzhou-6", "cidr": "10.0.1.0/29"}],
    }
    values = {"access": {"adminCidrs": ["198.18.0.0/24"]}, "network": small}
    with pytest.raises(SettingsError, match=r"network\.podSubnets"):
        parse_settings(values | {"app": {"replicas": 9}})
    parse_settings(values | {"app": RUNS_ALREADY})
