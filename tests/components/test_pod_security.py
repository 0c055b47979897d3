"""Pod Security levels: pods that keep `restricted` where somebody asks for it, and no promise that the image breaks."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import Apps, ArgumentError, SettingsError, Workload, parse_settings
from tests.components.test_workload import APP, _workload
from tests.support.recording import run
from tests.support.stacks import SLUGS, settings, up

OWN = {"image": "registry.example.com/team/web:v1", "podSecurity": "restricted"}
LOW = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "80"}]


def _spec(slug: str = "vpc-cni-direct-native", **app: Any) -> dict[str, Any]:
    spec: dict[str, Any] = up(slug, app=app).one("Deployment").inputs["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("slug", SLUGS)
def test_an_image_that_needs_no_root_gets_none(slug: str) -> None:
    spec = _spec(slug, **OWN)
    assert spec["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    (container,) = spec["containers"]
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    usual = _spec(slug)["securityContext"]
    assert usual == {"seccompProfile": {"type": "RuntimeDefault"}}, "the guide's images run as root"


@pytest.mark.parametrize(
    ("app", "user"),
    [(OWN | {"runAsUser": 1000}, 1000), ({"echo": True}, 65532), ({"echo": True, "runAsUser": 1000}, 1000)],
)
def test_pods_run_as_the_user_that_is_named(app: dict[str, Any], user: int) -> None:
    context = _spec(**app)["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"]) == (True, user)


def test_a_user_may_be_named_without_a_level() -> None:
    context = _spec(runAsUser=1000)["securityContext"]
    assert context["runAsUser"] == 1000
    assert "runAsNonRoot" not in context
    assert "runAsUser" not in _spec(echo=True, podSecurity="baseline")["securityContext"]


@pytest.mark.parametrize(
    ("app", "sysctls", "capabilities"),
    [
        (OWN | {"port": 80}, LOW, None),
        ({"echo": True, "port": 80}, LOW, None),
        ({"port": 80, "runAsUser": 1000}, LOW, None),
        ({"port": 80}, None, ["NET_BIND_SERVICE"]),
        ({"port": 80, "runAsUser": 0}, None, ["NET_BIND_SERVICE"]),
        (OWN | {"port": 1024}, None, None),
        (OWN | {"capabilities": ["NET_BIND_SERVICE"]}, None, ["NET_BIND_SERVICE"]),
    ],
)
def test_whoever_runs_it_can_listen_on_a_low_port(
    app: dict[str, Any], sysctls: list[dict[str, str]] | None, capabilities: list[str] | None
) -> None:
    """A capability ends where a program starts that is not root's, so that such pods get a port range of their own instead."""
    spec = _spec(**app)
    assert spec["securityContext"].get("sysctls") == sysctls
    assert spec["containers"][0]["securityContext"]["capabilities"].get("add") == capabilities


@pytest.mark.parametrize("more", [{"pod_security": "restricted"}, {"run_as_user": 1000}, {"echo": True}])
def test_a_port_that_decides_it_is_known(more: dict[str, Any]) -> None:
    def program() -> None:
        args: Any = APP | more | {"port": pulumi.Output.from_input(80)}
        Workload("web", args, pulumi.ResourceOptions(provider=kubernetes.Provider("theirs", kubeconfig="{}")))

    with pytest.raises(ArgumentError, match="port: is not known yet, and how pods without root may listen there"):
        run(program)
    more = {}
    (container,) = run(program).one("Deployment").inputs["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["capabilities"]["add"] == ["NET_BIND_SERVICE"]


@pytest.mark.parametrize(
    ("app", "level"), [({}, "baseline"), (OWN, "restricted"), ({"echo": True}, "restricted"), (OWN | {"podSecurity": "baseline"}, "baseline")]
)  # fmt: skip
def test_a_namespace_that_is_made_enforces_the_level(app: dict[str, Any], level: str) -> None:
    labels = up(app=app | {"namespace": "shop"}).one("Namespace").inputs["metadata"]["labels"]
    assert labels == {"pod-security.kubernetes.io/enforce": level}


def test_apps_that_share_a_namespace_share_the_level_that_all_keep() -> None:
    def app(name: str, namespace: str, **more: Any) -> Any:
        workload = APP | {"deployment": name, "labels": {"app": name}, "namespace": namespace} | more
        return {"workload": workload}

    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        restricted = {"pod_security": "restricted"}
        args: Any = {
            "apps": {
                "a": app("a", "both", **restricted),
                "b": app("b", "both"),
                "c": app("c", "strict", **restricted),
                "d": app("d", "strict", echo=True),
            }
        }
        Apps("apps", args, pulumi.ResourceOptions(provider=provider))

    made = run(program).of("Namespace")
    levels = {one.inputs["metadata"]["name"]: list(one.inputs["metadata"]["labels"].values()) for one in made}
    assert levels == {"both": ["baseline"], "strict": ["restricted"]}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"podSecurity": "restricted"}, "app.podSecurity", "runs as root and writes beside its program; set app.image"),
    (OWN | {"runAsUser": 0}, "app.runAsUser", "is root, which the restricted level forbids"),
    ({"echo": True, "runAsUser": 0}, "app.runAsUser", "is root, which the restricted level forbids"),
    (OWN | {"capabilities": ["CHOWN"]}, "app.capabilities[0]", "is a capability that the restricted level forbids"),
    ({"podSecurity": "privileged"}, "app.podSecurity", "is not one of baseline, restricted"),
    ({"runAsUser": -1}, "app.runAsUser", "must be at least 0"),
    ({"runAsUser": 2**31}, "app.runAsUser", "must be at most 2147483647"),
]


@pytest.mark.parametrize(("app", "path", "words"), REFUSED)
def test_what_the_level_forbids_is_refused(app: dict[str, Any], path: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app=app))
    (told,) = map(str, caught.value.problems)
    assert told.startswith(f"{path} = ")
    assert words in told


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"pod_security": "restricted", "run_as_user": 0}, "run_as_user = 0: is root"),
        ({"echo": True, "run_as_user": 0}, "run_as_user = 0: is root"),
        ({"pod_security": "restricted", "capabilities": ["CHOWN"]}, 'capabilities[0] = "CHOWN": is a capability that'),
        ({"pod_security": "strict"}, 'pod_security = "strict": is not one of baseline, restricted'),
        ({"run_as_user": -1}, "run_as_user = -1: must be at least 0"),
    ],
)
def test_a_component_refuses_the_same(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        _workload(**more)
    (told,) = map(str, caught.value.problems)
    assert words in told


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"runAsNonRoot": False}, "is what app.podSecurity says; say it there"),
        ({"runAsUser": 7}, "is what app.runAsUser says; say it there"),
        ({"sysctls": []}, "replaces the list as a whole, with what app.port needs in it"),
    ],
)
def test_a_pod_template_takes_nothing_of_it_away(context: dict[str, Any], words: str) -> None:
    app = OWN | {"port": 80, "runAsUser": 1000, "podTemplate": {"spec": {"securityContext": context}}}
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app=app))
    (told,) = map(str, caught.value.problems)
    assert words in told


def test_a_workload_hands_the_level_to_its_namespace() -> None:
    def program() -> None:
        provider = kubernetes.Provider("their-cluster", kubeconfig="{}")
        args: Any = APP | {"namespace": "shop", "pod_security": "restricted", "run_as_user": 1000.0}
        Workload("web", args, pulumi.ResourceOptions(provider=provider))

    found = run(program)
    assert list(found.one("Namespace").inputs["metadata"]["labels"].values()) == ["restricted"]
    context = found.one("Deployment").inputs["spec"]["template"]["spec"]["securityContext"]
    assert context["runAsUser"] == 1000


FIT = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def _own(**fields: Any) -> dict[str, Any]:
    return {"containers": [{"name": "real-ip-container", **fields}]}


def _beside(**context: Any) -> dict[str, Any]:
    return {"containers": [{"name": "log", "image": "log:1", "securityContext": {**FIT, **context}}]}


def _plain(**context: Any) -> dict[str, Any]:
    return {"containers": [{"name": "log", "image": "log:1", "securityContext": context}]}


RUNTIME = {"type": "RuntimeDefault"}
BEYOND: list[tuple[str, dict[str, Any]]] = [
    ("hostPID", {"hostPID": True}),
    ("hostIPC", {"hostIPC": True}),
    ("volumes[0].hostPath", {"volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]}),
    ("volumes[0].nfs", {"volumes": [{"name": "logs", "nfs": {"server": "198.18.0.1", "path": "/"}}]}),
    ("securityContext.seccompProfile.type", {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
    ("securityContext.appArmorProfile.type", {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}),
    ("securityContext.seLinuxOptions.user", {"securityContext": {"seLinuxOptions": {"user": "root"}}}),
    ("securityContext.seLinuxOptions.type", {"securityContext": {"seLinuxOptions": {"type": "spc_t"}}}),
    ("securityContext.runAsUser", {"securityContext": {"runAsUser": 0}}),
    ("securityContext.sysctls", {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}),
    ("containers[0]", {"containers": [{"name": "log", "image": "log:1"}]}),
    ("initContainers[0]", {"initContainers": [{"name": "first", "image": "first:1"}]}),
    ("containers[0]", _beside(capabilities={"drop": ["CHOWN"]})),
    ("containers[0].securityContext.capabilities.add", _beside(capabilities={"drop": ["ALL"], "add": ["CHOWN"]})),
    ("containers[0].securityContext.runAsUser", _beside(runAsUser=0)),
    ("containers[0].securityContext.runAsNonRoot", _beside(runAsNonRoot=False)),
    ("containers[0].securityContext.procMount", _beside(procMount="Unmasked") | {"hostUsers": False}),
    ("containers[0].securityContext.seccompProfile.type", _own(securityContext={"seccompProfile": {"type": "Unconfined"}})),
    ("containers[0].ports[0].hostPort", _own(ports=[{"containerPort": 9090, "hostPort": 9090}])),
    ("containers[0].livenessProbe.httpGet.host", _own(livenessProbe={"httpGet": {"host": "198.18.0.1", "port": 80}})),
    ("containers[0].lifecycle.postStart.httpGet.host", _own(lifecycle={"postStart": {"httpGet": {"host": "a", "port": 80}}})),
    ("securityContext.seccompProfile", {"securityContext": {"seccompProfile": None}}),
    ("securityContext.seccompProfile", {"securityContext": {"seccompProfile": None}} | _beside(seccompProfile=RUNTIME)),
    ("securityContext.seccompProfile", {"securityContext": {"seccompProfile": None}} | _own(securityContext={"seccompProfile": RUNTIME})
     | {"initContainers": [{"name": "first", "image": "first:1", "securityContext": FIT}]}),
]  # fmt: skip
"""Parts of a PodSpec beyond the level, and where."""
WITHIN: list[dict[str, Any]] = [
    {},
    _beside(),
    _beside(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    _beside(runAsUser=7, runAsNonRoot=True, procMount="Default", seccompProfile={"type": "RuntimeDefault"}),
    _own(livenessProbe={"httpGet": {"path": "/", "port": 5000}}, ports=[{"containerPort": 9090}]),
    {"securityContext": {"seccompProfile": None}} | _own(securityContext={"seccompProfile": RUNTIME}),
    {"securityContext": {"runAsUser": 7, "fsGroup": 7, "seLinuxOptions": {"level": "s0:c1,c2"}}},
    {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_keepalive_time", "value": "60"}]}},
    {
        "volumes": [
            {"name": "a", "emptyDir": {}},
            {"name": "b", "persistentVolumeClaim": {"claimName": "b"}},
            {"name": "c", "projected": {"sources": [{"configMap": {"name": "c"}}]}},
            {"name": "d", "downwardAPI": {"items": [{"path": "x", "fieldRef": {"fieldPath": "metadata.name"}}]}},
        ]
    },
]


@pytest.mark.parametrize(("path", "part"), BEYOND, ids=[path for path, _ in BEYOND])
def test_a_pod_template_beyond_the_level_is_refused_and_not_its_pods(path: str, part: dict[str, Any]) -> None:
    """The API server would take the Deployment, refuse its pods, and the rollout would wait for them in vain."""
    values = settings(app=OWN | {"podTemplate": {"spec": part}})
    with pytest.raises(SettingsError) as caught:
        parse_settings(values)
    (told,) = map(str, caught.value.problems)
    assert told.startswith((f"app.podTemplate.spec.{path} = ", f"app.podTemplate.spec.{path}: "))
    assert "restricted Pod Security level" in told
    assert "; remove it" in told or "; add securityContext" in told
    values["app"] |= {"podSecurity": "baseline"}
    parse_settings(values)


@pytest.mark.parametrize("part", WITHIN)
def test_a_pod_template_within_the_level_is_taken(part: dict[str, Any]) -> None:
    parse_settings(settings(app=OWN | {"podTemplate": {"spec": part}}))


BEYOND_BASELINE: list[tuple[str, dict[str, Any]]] = [
    ("hostPID", {"hostPID": True}),
    ("hostIPC", {"hostIPC": True}),
    ("volumes[0].hostPath", {"volumes": [{"name": "h", "hostPath": {"path": "/"}}]}),
    ("containers[0].ports[0].hostPort", _own(ports=[{"containerPort": 9090, "hostPort": 9090}])),
    ("containers[0].securityContext.privileged", _plain(privileged=True)),
    ("containers[0].securityContext.privileged", _own(securityContext={"privileged": True, "allowPrivilegeEscalation": True})),
    ("containers[0].securityContext.capabilities.add", _plain(capabilities={"add": ["NET_ADMIN"]})),
    ("initContainers[0].securityContext.capabilities.add",
     {"initContainers": [{"name": "first", "image": "first:1", "securityContext": {"capabilities": {"add": ["NET_RAW"]}}}]}),
    ("securityContext.sysctls", {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}),
    ("securityContext.seccompProfile.type", {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
    ("containers[0].securityContext.seccompProfile.type", _plain(seccompProfile={"type": "Unconfined"})),
    ("containers[0].securityContext.procMount", _plain(procMount="Unmasked") | {"hostUsers": False}),
    ("securityContext.seLinuxOptions.user", {"securityContext": {"seLinuxOptions": {"user": "root"}}}),
    ("securityContext.seLinuxOptions.role", {"securityContext": {"seLinuxOptions": {"role": "sysadm_r"}}}),
    ("containers[0].securityContext.seLinuxOptions.type", _plain(seLinuxOptions={"type": "spc_t"})),
    ("securityContext.appArmorProfile.type", {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}),
    ("containers[0].livenessProbe.httpGet.host", _own(livenessProbe={"httpGet": {"host": "198.18.0.1", "port": 80}})),
]  # fmt: skip
"""Parts of a PodSpec beyond `baseline`, and where."""
WITHIN_BASELINE: list[dict[str, Any]] = [
    *WITHIN,
    {"volumes": [{"name": "n", "nfs": {"server": "198.18.0.1", "path": "/"}}]},
    {"containers": [{"name": "log", "image": "log:1"}], "initContainers": [{"name": "first", "image": "first:1"}]},
    _plain(runAsUser=0, runAsNonRoot=False, allowPrivilegeEscalation=True, capabilities={"add": ["CHOWN"]}),
    _own(securityContext={"allowPrivilegeEscalation": True}),
    {"securityContext": {"seccompProfile": None, "runAsUser": 0}},
    {"securityContext": {"appArmorProfile": RUNTIME, "seLinuxOptions": {"type": "container_t"}}},
]
BASELINE_APP = {"image": OWN["image"], "namespace": "shop"}


@pytest.mark.parametrize(("path", "part"), BEYOND_BASELINE, ids=[path for path, _ in BEYOND_BASELINE])
def test_a_namespace_that_is_made_keeps_pods_beyond_baseline_out(path: str, part: dict[str, Any]) -> None:
    """It enforces baseline, so that pods beyond it would never start; another one's namespace may allow them."""
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app=BASELINE_APP | {"podTemplate": {"spec": part}}))
    (told,) = map(str, caught.value.problems)
    assert told.startswith(f"app.podTemplate.spec.{path} = ")
    assert "is beyond the baseline Pod Security level of the namespace that is made" in told
    assert "; remove it" in told
    parse_settings(settings(app={"image": OWN["image"], "podTemplate": {"spec": part}}))


@pytest.mark.parametrize("part", WITHIN_BASELINE)
def test_a_pod_template_within_baseline_is_taken(part: dict[str, Any]) -> None:
    parse_settings(settings(app=BASELINE_APP | {"podTemplate": {"spec": part}}))


@pytest.mark.parametrize(
    ("profile", "right"), [("unconfined", False), ("runtime/default", True), ("localhost/a", True)]
)
def test_a_profile_of_app_armor_in_an_annotation_is_looked_at_too(profile: str, right: bool) -> None:
    key = "container.apparmor.security.beta.kubernetes.io/real-ip-container"
    values = settings(app=BASELINE_APP | {"podTemplate": {"metadata": {"annotations": {key: profile}}}})
    if right:
        parse_settings(values)
        return
    with pytest.raises(SettingsError, match="is beyond the baseline Pod Security level") as caught:
        parse_settings(values)
    assert [problem.value for problem in caught.value.problems] == [profile]


def test_a_process_of_a_windows_node_is_told_once() -> None:
    """No pod behind a load balancer can be one: it would have the node's address."""
    part = {"spec": {"securityContext": {"windowsOptions": {"hostProcess": True}}}}
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app=BASELINE_APP | {"podTemplate": part}))
    (told,) = map(str, caught.value.problems)
    assert "which forbids processes of a Windows node; remove it" in told


HOST = {"spec": {"hostPID": True}}


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"namespace": "shop"}, True),
        ({"namespace": "shop", "create_namespace": False}, False),
        ({}, False),
        ({"pod_security": "restricted"}, True),
    ],
)
def test_a_workload_holds_its_pods_against_the_namespace_that_it_makes(more: dict[str, Any], refused: bool) -> None:
    if not refused:
        assert (
            _workload(pod_template=HOST, **more).one("Deployment").inputs["spec"]["template"]["spec"]["hostPID"] is True
        )
        return
    with pytest.raises(ArgumentError) as caught:
        _workload(pod_template=HOST, **more)
    (told,) = map(str, caught.value.problems)
    assert told.startswith('pod_template["spec"]["hostPID"] = true: is beyond the ')


def test_a_namespace_that_a_workload_learns_later_is_made_too() -> None:
    with pytest.raises(ArgumentError, match="is beyond the baseline Pod Security level of the namespace that is made"):
        run(lambda: _workload_in(pulumi.Output.from_input("shop")))


def _workload_in(namespace: Any) -> None:
    args: Any = APP | {"namespace": namespace, "pod_template": HOST}
    Workload("web", args, pulumi.ResourceOptions(provider=kubernetes.Provider("theirs", kubeconfig="{}")))


def _apps(**apps: dict[str, Any]) -> Any:
    args: Any = {
        name: {"workload": APP | {"deployment": name, "labels": {"app": name}, "namespace": "both"} | more}
        for name, more in apps.items()
    }

    def program() -> None:
        Apps("apps", {"apps": args}, pulumi.ResourceOptions(provider=kubernetes.Provider("theirs", kubeconfig="{}")))

    return run(program)


def test_apps_are_held_against_the_namespace_that_another_of_them_makes() -> None:
    found = _apps(a={"pod_security": "restricted"}, b={"create_namespace": False})
    (made,) = found.of("Namespace")
    level = made.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert level == "baseline", "the pods of the other one do not keep more"
    with pytest.raises(ArgumentError) as caught:
        _apps(a={}, b={"create_namespace": False, "pod_template": HOST}, c={"pod_template": HOST})
    told = list(map(str, caught.value.problems))
    assert sorted(line.partition(" = ")[0] for line in told) == [
        f'apps["{name}"].workload.pod_template["spec"]["hostPID"]' for name in "bc"
    ]
    assert _apps(b={"create_namespace": False, "pod_template": HOST}).of("Namespace") == []
