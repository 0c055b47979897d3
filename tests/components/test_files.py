"""Secrets and ConfigMaps as files: where the app looks for them, and never in the place of something else."""

from typing import Any

import pytest

from realip import ArgumentError, SettingsError, parse_settings
from tests.components.test_workload import _pod, _workload
from tests.support.stacks import SLUGS, settings, up

FILES: list[dict[str, Any]] = [
    {"configMap": "web.settings", "path": "/etc/app"},
    {"secret": "tls", "path": "/etc/tls", "items": [{"key": "tls.crt", "path": "web/cert.pem"}]},
    {"secret": "tls", "path": "/etc/keys"},
]
MOUNTED = [
    ("/etc/app", {"configMap": {"name": "web.settings"}}),
    ("/etc/tls", {"secret": {"secretName": "tls", "items": [{"key": "tls.crt", "path": "web/cert.pem"}]}}),
    ("/etc/keys", {"secret": {"secretName": "tls"}}),
]


def _mounted(pod: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Folders of the container, each with what is in it."""
    volumes = {volume["name"]: {key: volume[key] for key in volume.keys() - {"name"}} for volume in pod["volumes"]}
    mounts = pod["containers"][0]["volumeMounts"]
    assert all(mount["readOnly"] is True for mount in mounts)
    assert len(volumes) == len(pod["volumes"]) == len(mounts)
    return [(mount["mountPath"], volumes[mount["name"]]) for mount in mounts]


def _spec(**app: Any) -> dict[str, Any]:
    spec: dict[str, Any] = up(app=app).one("Deployment").inputs["spec"]["template"]["spec"]
    return spec


@pytest.mark.parametrize("slug", SLUGS)
def test_an_app_finds_its_files(slug: str) -> None:
    pod = up(slug, app={"files": FILES}).one("Deployment").inputs["spec"]["template"]["spec"]
    assert _mounted(pod) == MOUNTED
    assert not {"volumes"} & up(slug).one("Deployment").inputs["spec"]["template"]["spec"].keys()


def test_a_component_mounts_the_same() -> None:
    files = [{{"configMap": "config_map"}.get(key, key): value for key, value in one.items()} for one in FILES]
    pod = _pod(files=files)
    assert _mounted(pod) == MOUNTED
    assert pod["volumes"] == _spec(files=FILES)["volumes"]


def test_a_further_folder_replaces_no_volume_that_is_there() -> None:
    """A volume by another name is another one: pods of a Deployment would differ in more than what was added."""
    assert _spec(files=FILES)["volumes"] == _spec(files=[*FILES, {"secret": "a", "path": "/a"}])["volumes"][:-1]
    assert _spec(files=FILES[1:])["volumes"] == _spec(files=FILES)["volumes"][1:]


def test_the_echo_app_finds_its_program_beside_files() -> None:
    (program, *rest) = reversed(_mounted(_spec(echo=True, files=FILES)))
    assert (program[0], list(program[1])) == ("/opt/realip-echo", ["configMap"])
    assert list(reversed(rest)) == MOUNTED


REFUSED: list[tuple[list[dict[str, Any]], str, str]] = [
    ([{"configMap": "a", "path": "/"}], "[0].path", "is no folder in a container"),
    ([{"configMap": "a", "path": "etc/app"}], "[0].path", "is no folder in a container"),
    ([{"configMap": "a", "path": "/etc/app/"}], "[0].path", "is no folder in a container"),
    ([{"configMap": "a", "path": "/etc/../app"}], "[0].path", "is no folder in a container"),
    ([{"configMap": "a", "path": "/etc/a:b"}], "[0].path", "is no folder in a container"),
    ([{"configMap": "a", "path": "/etc"}], "[0].path", "would be in the way of /etc/hosts, which Kubernetes writes"),
    ([{"configMap": "a", "path": "/proc/app"}], "[0].path", "would be in the way of /proc, which the kernel fills"),
    *(
        ([{"configMap": "a", "path": path}], "[0].path", "would be in the way of /var/run/secrets/kubernetes.io, which")
        for path in ("/var", "/run/secrets/kubernetes.io/serviceaccount", "/run/secrets", "/var/run/secrets", "/run")
    ),
    (
        [{"configMap": "a", "path": "/run/x"}, {"secret": "b", "path": "/var/run/x/y"}],
        "[1].path",
        "and /run/x lie one in the other",
    ),
    ([{"configMap": "a", "path": "/x"}, {"secret": "b", "path": "/x"}], "[1].path", "is in the list already"),
    ([{"configMap": "a", "path": "/x"}, {"secret": "b", "path": "/x/y"}], "[1].path", "and /x lie one in the other"),
    ([{"configMap": "a", "path": "/x/y"}, {"secret": "b", "path": "/x"}], "[1].path", "and /x/y lie one in the other"),
    ([{"configMap": "A b", "path": "/x"}], "[0].CONFIG_MAP", "is not a name that Kubernetes takes"),
    ([{"configMap": "a", "path": "/x", "items": []}], "[0].items", ""),
    ([{"configMap": "a", "path": "/x", "items": [{"key": "a/b", "path": "b"}]}], "[0].items[0].key", "is not a key"),
    ([{"configMap": "a", "path": "/x", "items": [{"key": "b", "path": "../b"}]}], "[0].items[0].path", "is no path"),
    ([{"configMap": "a", "path": "/x", "items": [{"key": "b", "path": "/b"}]}], "[0].items[0].path", "is no path"),
    (
        [{"configMap": "a", "path": "/x", "items": [{"key": "a", "path": "b"}, {"key": "c", "path": "b"}]}],
        "[0].items[1].path",
        "takes the place of another file",
    ),
]


@pytest.mark.parametrize(("files", "path", "words"), REFUSED)
def test_a_folder_that_kubernetes_or_the_container_cannot_have_is_refused(
    files: list[dict[str, Any]], path: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app={"files": files}))
    (told,) = map(str, caught.value.problems)
    assert told.startswith(f"app.files{path.replace('CONFIG_MAP', 'configMap')} = ")
    assert words in told
    arguments = [{{"configMap": "config_map"}.get(key, key): value for key, value in one.items()} for one in files]
    with pytest.raises(ArgumentError) as refused:
        _workload(files=arguments)
    (told,) = map(str, refused.value.problems)
    assert told.startswith(f"files{path.replace('CONFIG_MAP', 'config_map')} = ")
    assert words in told


def test_every_folder_that_is_wrong_is_told_at_once() -> None:
    files = [{"configMap": "a", "path": "x"}, {"path": "/dev"}, {"secret": "a", "configMap": "b", "path": "/y"}]
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app={"files": files}))
    assert [problem.path for problem in caught.value.problems] == ["app.files[0].path", "app.files[1]", "app.files[2]"]


@pytest.mark.parametrize("path", ["/opt", "/opt/realip-echo", "/opt/realip-echo/more"])
def test_the_folder_of_the_echo_apps_program_is_taken(path: str) -> None:
    files = [{"configMap": "a", "path": path}]
    words = "would be in the way of /opt/realip-echo, which the echo app's program takes"
    with pytest.raises(SettingsError, match=words):
        parse_settings(settings(app={"echo": True, "files": files}))
    with pytest.raises(ArgumentError, match=words):
        _workload(echo=True, files=[{"config_map": "a", "path": path}])
    parse_settings(settings(app={"files": files}))


@pytest.mark.parametrize(
    ("mount", "words"),
    [
        ({"name": "own", "mountPath": "/etc/app"}, "is what app.files says; say it there"),
        ({"name": "own", "mountPath": "/etc/app/sub"}, "and /etc/app of app.files lie one in the other"),
    ],
)
def test_a_pod_template_mounts_nothing_over_the_files(mount: dict[str, str], words: str) -> None:
    part = {
        "spec": {
            "volumes": [{"name": "own", "emptyDir": {}}],
            "containers": [{"name": "real-ip-container", "volumeMounts": [mount]}],
        }
    }
    with pytest.raises(SettingsError) as caught:
        parse_settings(settings(app={"files": FILES, "podTemplate": part}))
    (told,) = map(str, caught.value.problems)
    assert words in told
    mount["mountPath"] = "/cache"
    parse_settings(settings(app={"files": FILES, "podTemplate": part}))


@pytest.mark.parametrize("path", ["/run/shop", "/var/run/shop", "/variable"])
def test_a_folder_beside_the_services_accounts_token_is_taken(path: str) -> None:
    assert _mounted(_spec(files=[{"configMap": "a", "path": path}])) == [(path, {"configMap": {"name": "a"}})]
