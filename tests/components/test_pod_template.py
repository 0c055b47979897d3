"""A part of a pod template: merged into the Deployment, and refused where it would undo what settings and arguments say."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from hypothesis import given

from realip import ArgumentError, SettingsError, Workload, parse_settings
from realip.pod import template
from realip.settings.app_pod import app_pod
from realip.strategic_merge import merged
from tests.components.test_workload import APP
from tests.support import strategies
from tests.support.recording import Recording, run
from tests.support.stacks import settings, up
from tests.support.thoroughness import examples

SIDECAR = {"name": "log", "image": "log:1"}
PROBE = {"httpGet": {"path": "/live", "port": 5000}, "periodSeconds": 20}
HUNTER = "s3cr3t-hunter2"


def _pod(**more: Any) -> dict[str, Any]:
    pod: dict[str, Any] = up(**more).one("Deployment").inputs["spec"]["template"]
    return pod


def test_what_no_setting_says_is_added_and_the_rest_stays() -> None:
    before = _pod()
    own = before["spec"]["containers"][0]["name"]
    part = {
        "metadata": {"annotations": {"example.com/team": "edge"}, "labels": {"tier": "front"}},
        "spec": {
            "priorityClassName": "high",
            "volumes": [{"name": "cache", "emptyDir": {}}],
            "containers": [
                SIDECAR,
                {"name": own, "livenessProbe": PROBE, "volumeMounts": [{"name": "cache", "mountPath": "/cache"}]},
            ],
        },
    }
    after = _pod(app={"podTemplate": part})
    assert after["metadata"] == {
        "annotations": {"example.com/team": "edge"},
        "labels": {"app": "real-ip-app", "tier": "front"},
    }
    assert after["spec"]["priorityClassName"] == "high"
    containers = {one["name"]: one for one in after["spec"]["containers"]}
    assert containers["log"] == SIDECAR
    assert containers[own].pop("livenessProbe") == PROBE
    assert containers[own].pop("volumeMounts") == [{"name": "cache", "mountPath": "/cache"}]
    assert containers[own] == before["spec"]["containers"][0]
    untouched = before["spec"].keys() - {"containers"}
    assert {key: after["spec"][key] for key in untouched} == {key: before["spec"][key] for key in untouched}


def _told(part: Any, **sections: Any) -> list[str]:
    app = sections.pop("app", {})
    with pytest.raises(SettingsError) as refused:
        parse_settings(settings(**sections) | {"app": {**app, "podTemplate": part}})
    return [str(problem) for problem in refused.value.problems]


def _own(**fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "real-ip-container", **fields}]}}


OWNED: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (_own(image="x"), {}, "spec.containers[0].image", "app.image"),
    (_own(command=["x"]), {}, "spec.containers[0].command", "app.command"),
    (_own(args=["x"]), {}, "spec.containers[0].args", "app.args"),
    (_own(envFrom=[{"secretRef": {"name": "x"}}]), {}, "spec.containers[0].envFrom", "app.envFrom"),
    (_own(env=[{"name": "A", "value": "2"}]), {"env": {"A": "1"}}, "spec.containers[0].env[0]", "app.env"),
    (_own(resources={"limits": {"cpu": "9"}}), {}, "spec.containers[0].resources.limits.cpu", "app.cpuRequest"),
    (_own(readinessProbe=None), {}, "spec.containers[0].readinessProbe", "app.readinessPath"),
    (_own(lifecycle={"preStop": None}), {}, "spec.containers[0].lifecycle.preStop", "app.drainSeconds"),
    (_own(ports=[{"containerPort": 5000, "$patch": "delete"}]), {}, "spec.containers[0].ports[0]", "app.port"),
    (
        _own(securityContext={"capabilities": {"add": ["CHOWN"]}}),
        {},
        "spec.containers[0].securityContext.capabilities",
        "app.capabilities",
    ),
    ({"metadata": {"labels": {"app": "x"}}}, {}, "metadata.labels.app", "app.label"),
    ({"spec": {"serviceAccountName": "x"}}, {}, "spec.serviceAccountName", "app.serviceAccount"),
    ({"spec": {"automountServiceAccountToken": True}}, {}, "spec.automountServiceAccountToken", "app.serviceAccount"),
    (
        {"spec": {"imagePullSecrets": [{"name": "one", "$patch": "delete"}]}},
        {"imagePullSecrets": ["one"]},
        "spec.imagePullSecrets[0]",
        "app.imagePullSecrets",
    ),
]


@pytest.mark.parametrize(("part", "app", "path", "setting"), OWNED)
def test_what_a_setting_says_is_refused_with_the_setting(
    part: dict[str, Any], app: dict[str, Any], path: str, setting: str
) -> None:
    (told,) = _told(part, app=app)
    assert told.startswith((f"app.podTemplate.{path} = ", f"app.podTemplate.{path}: "))
    assert f"is what {setting}" in told


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"spec": {"node_selector": {}}}, "is not a field of PodSpec; did you mean nodeSelector?"),
        ({"spec": {"priorityClassNam": "x"}}, "did you mean priorityClassName?"),
        (_own(livenesProbe={}), "is not a field of Container; did you mean livenessProbe?"),
        ({"spec": {"nodeSelector": {"a": True}}}, "must be text"),
        ({"spec": {"volumes": {"name": "x"}}}, "must be a list"),
        ({"spec": {"volumes": [{"emptyDir": {}}]}}, "has no name, by which entries of this list are told apart"),
        (
            {"spec": {"containers": [{"name": None, "image": "log:v1"}]}},
            "has no name, by which entries of this list are told apart",
        ),
        ({"spec": {"containers": [{"name": "mian"}]}}, "has no image; give it one, or write the app's own container"),
        ({"spec": {"containers": [{"$patch": "replace"}, SIDECAR]}}, "takes away the app's own container"),
        ({"spec": {"hostNetwork": True}}, "gives pods the address of their node"),
        ({"spec": {"terminationGracePeriodSeconds": 10}}, "is no longer than the 10 of app.drainSeconds"),
        ({"spec": {"$patch": "merge"}}, "is no directive; write replace or delete"),
        ({"spec": {"$retain": []}}, "is no directive"),
        ({"metadata": {"name": "x"}}, "says nothing in a pod template; known are annotations, labels"),
    ],
)
def test_what_kubernetes_or_the_scenario_has_no_use_for_is_refused(part: dict[str, Any], words: str) -> None:
    (told,) = _told(part)
    assert words in told


def test_tolerations_are_a_list_as_a_whole_and_a_super_node_needs_its_own() -> None:
    (told,) = _told({"spec": {"tolerations": [{"key": "x"}]}}, slug="vpc-cni-direct-super")
    assert "replaces the list as a whole" in told
    both = [
        {"key": "x", "operator": "Exists"},
        {"key": "eks.tke.cloud.tencent.com/eklet", "operator": "Exists", "effect": "NoSchedule"},
    ]
    made = _pod(slug="vpc-cni-direct-super", app={"podTemplate": {"spec": {"tolerations": both}}})
    assert made["spec"]["tolerations"] == both


def _workload(part: Callable[[], dict[str, Any]]) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        args: Any = {**APP, "pod_template": part()}
        made = Workload("app", args, pulumi.ResourceOptions(provider=provider))
        assert made.resources["deployment"].pulumi_resource_type == "kubernetes:apps/v1:Deployment"
        assert "namespace" not in made.resources

    return run(program)


def test_a_component_takes_the_same_and_outputs_as_values_in_it() -> None:
    def token() -> dict[str, Any]:
        env = [{"name": "TOKEN", "value": pulumi.Output.secret(HUNTER)}]
        return {"spec": {"containers": [{"name": "web", "env": env}]}}

    made = _workload(token).one("Deployment")
    (container,) = made.inputs["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "TOKEN", "value": HUNTER}]
    assert any(path.startswith("spec.template.spec.containers[0].env") for path in made.secrets)
    with pytest.raises(ArgumentError) as refused:
        _workload(lambda: {"spec": {"containers": [{"name": "web", "image": "x"}]}})
    assert 'pod_template["spec"]["containers"][0]["image"] = "x": is what image says' in str(refused.value)
    with pytest.raises(ArgumentError, match="is an output, and what is in it is merged now"):
        _workload(lambda: {"spec": {"volumes": pulumi.Output.from_input([])}})


def test_values_in_a_template_that_is_secret_stay_secret() -> None:
    def program() -> None:
        from realip import RealIpStack  # noqa: PLC0415 - as a program does

        app = {"podTemplate": _own(env=[{"name": "TOKEN", "value": HUNTER}]), "args": [f"--token={HUNTER}"]}
        RealIpStack("realip", parse_settings(settings(app=app), secret=["app"]))

    made = run(program).one("Deployment")
    assert HUNTER in json.dumps(made.inputs)
    secret = [path for path in made.secrets if path.endswith((".value", "args[0]"))]
    assert len(secret) == 2, made.secrets


@given(strategies.mostly_right())
@examples(25, 500)
def test_the_template_that_is_checked_is_the_one_that_is_made(values: dict[str, Any]) -> None:
    try:
        made = parse_settings(values)
    except SettingsError:
        return
    if not made.app.deploy:
        return
    found = up(**{"slug": made.row.slug, **{key: value for key, value in values.items() if key != "scenario"}})
    spec = found.one("Deployment").inputs["spec"]
    assert spec["template"] == json.loads(json.dumps(merged(template(app_pod(made)), made.app.pod_template)))


def test_the_volume_of_the_echo_app_is_told_by_a_setting_that_there_is() -> None:
    volume = {"name": "echo", "configMap": {"name": "mine"}}
    app = {"echo": True, "podTemplate": {"spec": {"volumes": [volume]}}}
    with pytest.raises(SettingsError) as caught:
        parse_settings({"access": {"adminCidrs": ["198.18.0.0/24"]}, "app": app})
    assert "is what app.echo says; say it there" in str(caught.value)


REFUSED_ANYWHERE: list[tuple[dict[str, Any], str, str]] = [
    (_own(securityContext={"privileged": True}), "spec.containers[0].securityContext.privileged", "cannot be with allowPrivilegeEscalation: false"),
    (
        {"spec": {"containers": [SIDECAR | {"securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"add": ["CAP_SYS_ADMIN"]}}}]}},
        "spec.containers[0].securityContext.capabilities.add",
        "cannot be with allowPrivilegeEscalation: false",
    ),
    (
        {"spec": {"volumes": [{"name": "a", "hostPath": {"path": "/a"}, "emptyDir": {}}]}},
        "spec.volumes[0]",
        "has emptyDir and hostPath, of which Kubernetes takes one",
    ),
    (
        {"spec": {"volumes": [{"name": "a", "projected": {"sources": [{"secret": {"name": "b"}, "configMap": {"name": "c"}}]}}]}},
        "spec.volumes[0].projected.sources[0]",
        "has configMap and secret, of which",
    ),
    ({"spec": {"securityContext": {"seccompProfile": {"type": None}}}}, "spec.securityContext.seccompProfile", "has no type"),
    ({"spec": {"securityContext": {"appArmorProfile": {}}}}, "spec.securityContext.appArmorProfile", "has no type"),
    (
        _own(securityContext={"seccompProfile": {"localhostProfile": "a.json"}}),
        "spec.containers[0].securityContext.seccompProfile",
        "has no type",
    ),
    (_own(readinessProbe={"exec": {"command": ["true"]}}), "spec.containers[0].readinessProbe", "has exec and tcpSocket, of which"),
    (
        _own(livenessProbe={"exec": {"command": ["true"]}, "grpc": {"port": 80}}),
        "spec.containers[0].livenessProbe",
        "has exec and grpc, of which",
    ),
    (
        _own(lifecycle={"postStart": {"exec": {"command": ["true"]}, "sleep": {"seconds": 1}}}),
        "spec.containers[0].lifecycle.postStart",
        "has exec and sleep, of which",
    ),
    (
        _own(env=[{"name": "A", "value": "b", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
        "spec.containers[0].env[0]",
        "has value and valueFrom, of which",
    ),
    (
        {"spec": {"securityContext": {"windowsOptions": {"hostProcess": True}}}},
        "spec.securityContext.windowsOptions.hostProcess",
        "asks for the address of the node",
    ),
    ({"spec": {"ephemeralContainers": [{"name": "debug", "image": "a"}]}}, "spec.ephemeralContainers", "cannot be in a template"),
    # --- values of short lists
    ({"spec": {"restartPolicy": "Never"}}, "spec.restartPolicy", "write Always"),
    ({"spec": {"dnsPolicy": "clusterFirst"}}, "spec.dnsPolicy", "write ClusterFirst or"),
    ({"spec": {"preemptionPolicy": "Always"}}, "spec.preemptionPolicy", "write PreemptLowerPriority or Never"),
    (_own(imagePullPolicy="always"), "spec.containers[0].imagePullPolicy", "write Always or IfNotPresent or Never"),
    (_own(terminationMessagePolicy="Log"), "spec.containers[0].terminationMessagePolicy", "FallbackToLogsOnError"),
    (_own(ports=[{"containerPort": 81, "protocol": "HTTP"}]), "spec.containers[0].ports[0].protocol", "write TCP or UDP or SCTP"),
    (_own(livenessProbe={"httpGet": {"port": 80, "scheme": "https"}}), "spec.containers[0].livenessProbe.httpGet.scheme", "write HTTP or HTTPS"),
    (_own(securityContext={"seccompProfile": {"type": "Default"}}), "spec.containers[0].securityContext.seccompProfile.type", "RuntimeDefault"),
    ({"spec": {"tolerations": [{"key": "a", "operator": "Equals"}]}}, "spec.tolerations[0].operator", "write Exists or Equal"),
    ({"spec": {"tolerations": [{"key": "a", "operator": "Exists", "effect": "noSchedule"}]}}, "spec.tolerations[0].effect", "NoSchedule"),
    (
        {"spec": {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "Equals", "values": ["b"]}]}]}}}}},
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator",
        "write In or NotIn",
    ),
    # --- numbers
    (_own(ports=[{"containerPort": 70000}]), "spec.containers[0].ports[0].containerPort", "must be at most 65535; lower it"),
    (_own(ports=[{"containerPort": 81, "hostPort": 65536}]), "spec.containers[0].ports[0].hostPort", "must be at most 65535"),
    (_own(livenessProbe={"tcpSocket": {"port": 0}}), "spec.containers[0].livenessProbe.tcpSocket.port", "must be at least 1; raise it"),
    (_own(livenessProbe={"tcpSocket": {"port": 80}, "initialDelaySeconds": -1}), "spec.containers[0].livenessProbe.initialDelaySeconds", "at least 0"),
    (_own(livenessProbe={"tcpSocket": {"port": 80}, "successThreshold": 2}), "spec.containers[0].livenessProbe.successThreshold", "must be 1 for this probe"),
    (_own(startupProbe={"tcpSocket": {"port": 80}, "failureThreshold": -1}), "spec.containers[0].startupProbe.failureThreshold", "at least 1"),
    ({"spec": {"securityContext": {"fsGroup": -1}}}, "spec.securityContext.fsGroup", "at least 0"),
    ({"spec": {"volumes": [{"name": "a", "secret": {"secretName": "b", "defaultMode": 755}}]}}, "spec.volumes[0].secret.defaultMode", "at most 511"),
    (
        {"spec": {"topologySpreadConstraints": [{"topologyKey": "rack", "maxSkew": 0, "whenUnsatisfiable": "DoNotSchedule"}]}},
        "spec.topologySpreadConstraints[0].maxSkew",
        "at least 1",
    ),
    (
        {"spec": {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 101, "podAffinityTerm": {"topologyKey": "rack"}}]}}}},
        "spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
        "at most 100",
    ),
    ({"spec": {"activeDeadlineSeconds": 60}}, "spec.activeDeadlineSeconds", "are started again"),
    # --- names and text
    ({"spec": {"containers": [{"name": "Log_1", "image": "log:1"}]}}, "spec.containers[0].name", "at most 63 lower-case"),
    (_own(env=[{"name": "A=B", "value": "c"}]), "spec.containers[0].env[0].name", "is not a name of an environment variable"),
    (_own(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "a b"}}}]), "spec.containers[0].env[0].valueFrom.secretKeyRef.key", "is not a key"),
    (_own(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]), "spec.containers[0].env[0].valueFrom.secretKeyRef", "has no key"),
    (_own(ports=[{"containerPort": 81, "name": "metrics_port"}]), "spec.containers[0].ports[0].name", "at most 15"),
    ({"spec": {"volumes": [{"name": "A_b", "emptyDir": {}}]}}, "spec.volumes[0].name", "at most 63 lower-case"),
    ({"spec": {"volumes": [{"name": "a", "persistentVolumeClaim": {}}]}}, "spec.volumes[0].persistentVolumeClaim", "has no claimName"),
    ({"spec": {"volumes": [{"name": "a", "nfs": {"server": "10.0.0.9", "path": "data"}}]}}, "spec.volumes[0].nfs.path", "from the root on"),
    ({"spec": {"volumes": [{"name": "a", "configMap": {"name": "b", "items": [{"key": "c", "path": "../d"}]}}]}}, "spec.volumes[0].configMap.items[0].path", "is no path inside"),
    ({"spec": {"hostAliases": [{"ip": "db.local", "hostnames": ["db"]}]}}, "spec.hostAliases[0].ip", "is no IP address"),
    ({"spec": {"nodeSelector": {"pool": "a b"}}}, "spec.nodeSelector.pool", "is not a label value"),
    ({"spec": {"nodeSelector": {"a b": "pool"}}}, 'spec.nodeSelector["a b"]', "is not a label key"),
    ({"metadata": {"labels": {"team": "a b"}}}, "metadata.labels.team", "is not a label value"),
    ({"metadata": {"annotations": {"a b": "c"}}}, 'metadata.annotations["a b"]', "is not a label key"),
    (
        {"spec": {"topologySpreadConstraints": [{"topologyKey": "rack", "maxSkew": 1}]}},
        "spec.topologySpreadConstraints[0]",
        "has no whenUnsatisfiable",
    ),
    ({"spec": {"priorityClassName": "High_Priority"}}, "spec.priorityClassName", "is not a name that Kubernetes takes"),
    # --- what has to do with each other
    ({"spec": {"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}}, "spec.tolerations[0].value", "goes with the operator Equal"),
    ({"spec": {"tolerations": [{"value": "b"}]}}, "spec.tolerations[0]", "has no key"),
    ({"spec": {"tolerations": [{"key": "a", "operator": "Exists", "effect": "NoSchedule", "tolerationSeconds": 5}]}}, "spec.tolerations[0].tolerationSeconds", "NoExecute"),
    ({"spec": {"dnsPolicy": "None"}}, "spec.dnsPolicy", "needs dnsConfig.nameservers"),
    ({"spec": {"dnsConfig": {"nameservers": [f"10.0.0.{number}" for number in range(4)]}}}, "spec.dnsConfig.nameservers", "at most 3"),
    ({"spec": {"dnsConfig": {"nameservers": ["10.0.0.1", "dns.local"]}}}, "spec.dnsConfig.nameservers[1]", "is no IP address"),
    (_own(volumeMounts=[{"name": "data", "mountPath": "/data"}]), "spec.containers[0].volumeMounts[0].name", "is no volume of the pod"),
    (_own(livenessProbe={"periodSeconds": 5}), "spec.containers[0].livenessProbe", "asks nothing"),
    (
        {"spec": {"initContainers": [{"name": "real-ip-container", "image": "log:1"}]}},
        "spec.initContainers[0].name",
        "is another container's too",
    ),
    (
        {"spec": {"containers": [SIDECAR | {"resources": {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}}}]}},
        "spec.containers[0].resources.requests.memory",
        "is more than its limit, 1Gi",
    ),
    (_own(resources={"limits": {"ephemeral-storage": "1GB"}}), "spec.containers[0].resources.limits.ephemeral-storage", "is no quantity"),
]  # fmt: skip
"""Parts of a template that the API refuses whatever the namespace, where, and in which words."""
REFUSED_BESIDES: list[tuple[dict[str, Any], str, str]] = [
    (
        {"spec": {"volumes": [{"name": "a", "emptyDir": {"medium": "memory"}}]}},
        "spec.volumes[0].emptyDir.medium",
        "write Memory or",
    ),
    (_own(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]), "spec.containers[0].env[1].name", "in the list already"),
    (_own(ports=[{"containerPort": 81}, {"containerPort": 81, "protocol": "UDP"}]), "spec.containers[0].ports[1].containerPort", "a merge makes one of the two"),
    (_own(env=[{"name": "A", "value": "a\0b"}]), "spec.containers[0].env[0].value", "has a NUL character"),
    ({"spec": {"containers": [SIDECAR | {"image": "Log:1"}]}}, "spec.containers[0].image", "is not an image reference"),
    (
        {"spec": {"containers": [SIDECAR | {"ports": [{"containerPort": 5000}]}]}},
        "spec.containers[0].ports[0].containerPort",
        "all of a pod have one network",
    ),
    (
        {"spec": {"initContainers": [SIDECAR | {"restartPolicy": "Always", "ports": [{"containerPort": 5000}]}]}},
        "spec.initContainers[0].ports[0].containerPort",
        "all of a pod have one network",
    ),
]  # fmt: skip
"""Parts of a template that the API may take, and of which a merge or a node makes something that nobody wrote."""
TAKEN_ANYWHERE: list[dict[str, Any]] = [
    _own(securityContext={"privileged": True, "allowPrivilegeEscalation": True}),
    {"spec": {"volumes": [{"name": "a", "hostPath": None, "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/b"}}]}},
    {"spec": {"securityContext": {"seccompProfile": {"type": "Unconfined"}, "appArmorProfile": None}}},
    _own(resources={"limits": {"ephemeral-storage": "0"}}),
    {"spec": {"containers": [SIDECAR | {"ports": [{"$patch": "replace"}, {"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}]}]}},
    {"spec": {"tolerations": [{"operator": "Exists"}, {"key": "a.b/C", "value": "d"}], "hostAliases": [{"ip": "fd00::1", "hostnames": ["db"]}]}},
    {"spec": {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.1", "fd00::53"], "options": [{"name": "ndots", "value": "2"}]}}},
    {"spec": {"initContainers": [SIDECAR | {"restartPolicy": "Always", "ports": [{"containerPort": 5001}]}], "preemptionPolicy": "Never"}},
    {"metadata": {"annotations": {"Example.com/A_b": "é \n", "a": ""}, "labels": {"team": ""}}},
    {"spec": {"volumes": [{"name": "a", "csi": {"driver": "com.tencent.cloud.csi.cosfs"}}, {"name": "b", "secret": {"secretName": "s", "defaultMode": 0o400}}]}},
    _own(livenessProbe={"exec": {"command": ["true"]}}, env=[{"name": "A", "value": "", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]),
]  # fmt: skip


_ALL_REFUSED = [*REFUSED_ANYWHERE, *REFUSED_BESIDES]


@pytest.mark.parametrize(("part", "path", "words"), _ALL_REFUSED, ids=[path for _, path, _ in _ALL_REFUSED])
def test_what_kubernetes_refuses_in_every_namespace_is_refused_in_words(
    part: dict[str, Any], path: str, words: str
) -> None:
    (told,) = _told(part)
    assert told.startswith(f"app.podTemplate.{path} = ")
    assert words in told
    assert "; " in told, "no remedy"


@pytest.mark.parametrize("part", TAKEN_ANYWHERE)
def test_what_kubernetes_takes_in_some_namespace_is_taken(part: dict[str, Any]) -> None:
    parse_settings(settings(app={"podTemplate": part}))
