"""What `realip render` writes has to apply, and has to be what the guide states."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.offline.running import Realip
from tests.support.guide import DIRECT, FACTS, STACKS


def rendered(realip: Realip, *arguments: str) -> list[dict[str, Any]]:
    run = realip("render", *arguments)
    assert (run.code, run.err) == (0, "")
    return list(yaml.safe_load_all(run.out))


def by_kind(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {document["kind"]: document for document in documents}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_renders_its_objects_under_their_names(stack: str, realip: Realip) -> None:
    facts, documents = FACTS[stack], rendered(realip, stack)
    objects = by_kind(documents)
    assert tuple(document["kind"] for document in documents) == facts.kinds
    service, deployment = objects["Service"], objects["Deployment"]
    assert service["metadata"]["name"] == facts.service
    assert service["metadata"]["namespace"] == facts.namespace
    assert service["metadata"]["annotations"][DIRECT] == facts.direct
    assert service["spec"]["type"] == facts.service_type
    assert service["spec"].get("externalTrafficPolicy") == ("Local" if facts.local else None)
    assert service["spec"]["selector"] == {"app": "real-ip-app"}
    assert service["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 5000}]
    public = service["metadata"]["annotations"].get("service.cloud.tencent.com/loadbalance-type")
    assert public == ("OPEN" if facts.public else None)
    assert deployment["metadata"]["name"] == facts.deployment
    assert deployment["spec"]["replicas"] == facts.replicas
    pod = deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert (container["name"], container["image"]) == (facts.container, facts.image)
    assert container["ports"] == [{"containerPort": 5000}]
    assert pod["metadata"]["labels"] == {"app": "real-ip-app"}
    selector = {"node.kubernetes.io/instance-type": "eklet"} if facts.nodes == "super" else None
    assert pod["spec"].get("nodeSelector") == selector


@pytest.mark.parametrize("stack", [stack for stack in STACKS if FACTS[stack].layer == 7])
def test_an_ingress_of_class_qcloud_sends_everything_to_the_service(stack: str, realip: Realip) -> None:
    ingress = by_kind(rendered(realip, stack))["Ingress"]
    assert (ingress["apiVersion"], ingress["metadata"]["name"]) == ("networking.k8s.io/v1", "real-ip-ingress")
    assert ingress["metadata"]["annotations"]["kubernetes.io/ingress.class"] == "qcloud"
    backend = {"service": {"name": "real-ip-service", "port": {"number": 80}}}
    assert ingress["spec"]["rules"] == [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]


@pytest.mark.parametrize("stack", [stack for stack in STACKS if FACTS[stack].config_map])
def test_the_switch_sets_the_one_key_of_tkes_map(stack: str, realip: Realip) -> None:
    switch = by_kind(rendered(realip, stack))["ConfigMap"]
    assert switch == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "tke-service-controller-config", "namespace": "kube-system"},
        "data": {"GlobalRouteDirectAccess": "true"},
    }


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_of_pulumis_own_reaches_the_api_server(stack: str, realip: Realip) -> None:
    assert "pulumi.com/" not in realip("render", stack).out


@pytest.mark.parametrize("stack", STACKS)
def test_a_namespace_comes_before_everything_in_it_and_a_service_before_its_pods(stack: str, realip: Realip) -> None:
    documents = rendered(realip, stack)
    made = [document["metadata"]["name"] for document in documents if document["kind"] == "Namespace"]
    for place, document in enumerate(documents):
        namespace = document["metadata"].get("namespace")
        if namespace in made:
            assert documents.index(by_kind(documents)["Namespace"]) < place
    kinds = [document["kind"] for document in documents]
    assert kinds.index("Service") < kinds.index("Deployment")
    if FACTS[stack].config_map:
        assert kinds.index("ConfigMap") < kinds.index("Service")


@pytest.mark.parametrize("stack", STACKS)
def test_files_sort_in_the_order_in_which_they_apply_and_hold_what_the_stream_holds(
    stack: str, realip: Realip, project: Path
) -> None:
    stream = rendered(realip, stack)
    run = realip("render", stack, "-o", "out")
    files = sorted((project / "out").iterdir())
    assert run.code == 0
    assert run.out.splitlines() == [f"out/{path.name}" for path in files]
    assert [yaml.safe_load(path.read_text()) for path in files] == stream
    assert len(list(yaml.safe_load_all(files[0].read_text()))) == 1


def test_a_dash_is_the_stream_and_no_folder(realip: Realip, project: Path) -> None:
    before = sorted(project.iterdir())
    assert rendered(realip, "vpc-cni-nondirect-native", "-o", "-") == rendered(realip, "vpc-cni-nondirect-native")
    assert sorted(project.iterdir()) == before
    assert realip("render", "vpc-cni-nondirect-native", "-o", "./-").code == 0
    assert any((project / "-").iterdir())


def test_the_switch_is_in_its_own_file_that_says_how_it_applies(realip: Realip, project: Path) -> None:
    realip("render", "globalrouter-direct-native", "--output", "out")
    (switch,) = (path for path in (project / "out").iterdir() if "GlobalRouteDirectAccess" in path.read_text())
    assert switch.name == "01-configmap-patch.yaml"
    assert "--force-conflicts" in switch.read_text()
    others = [path.read_text() for path in (project / "out").iterdir() if path != switch]
    assert not any("force-conflicts" in text for text in others)


def test_a_second_render_changes_nothing_and_takes_away_what_is_no_longer_made(realip: Realip, project: Path) -> None:
    folder = project / "deep" / "out"
    realip("render", "vpc-cni-nondirect-native", "-o", str(folder))
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    realip("render", "vpc-cni-nondirect-native", "-o", str(folder))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    (folder / "kustomization.yaml").write_text("resources: []\n")
    run = realip("render", "vpc-cni-direct-super", "-o", str(folder))
    made = ["01-service.yaml", "02-deployment.yaml", "03-poddisruptionbudget.yaml"]
    assert run.out.splitlines() == [str(folder / name) for name in made]
    names = sorted(path.name for path in folder.iterdir())
    assert names == [*made, "kustomization.yaml"]


def test_a_file_of_somebody_elses_is_never_overwritten(realip: Realip, project: Path) -> None:
    folder = project / "out"
    folder.mkdir()
    (folder / "02-deployment.yaml").write_text("mine\n")
    run = realip("render", "-o", "out")
    assert (run.code, run.out) == (2, "")
    assert "02-deployment.yaml is there and was not written by" in run.err
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"02-deployment.yaml": "mine\n"}


@pytest.mark.parametrize("existing", [True, False])
def test_a_full_disk_leaves_nothing_half_made(
    existing: bool, realip: Realip, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project / "out"
    if existing:
        realip("render", "vpc-cni-nondirect-native", "-o", "out")
    before = {path.name: path.read_text() for path in folder.iterdir()} if existing else None
    write = Path.write_text
    written: list[Path] = []

    def full(path: Path, *arguments: Any, **options: Any) -> int:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        return write(path, *arguments, **options)

    monkeypatch.setattr(Path, "write_text", full)
    run = realip("render", "vpc-cni-direct-super", "-o", "out")
    monkeypatch.undo()
    assert (run.code, run.out) == (2, "")
    assert "No space left on device" in run.err
    assert written
    after = {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else None
    assert after == before
    assert not list(project.rglob(".realip-*"))


def test_a_folder_that_cannot_be_made_is_told(realip: Realip, project: Path) -> None:
    (project / "file").write_text("")
    run = realip("render", "-o", "file/out")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("realip: -o ")
    assert "Traceback" not in run.err


def test_an_internal_load_balancer_in_a_subnet_still_to_be_made_is_refused_with_the_setting(realip: Realip) -> None:
    for stack, annotation in {
        "vpc-cni-direct-native": "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
        "vpc-cni-nondirect-native": "kubernetes.io/ingress.subnetId",
    }.items():
        run = realip("render", stack, "--config", "loadBalancer.internal=true")
        assert (run.code, run.out) == (2, "")
        assert annotation in run.err
        assert "<realip-network-nodes-ap-guangzhou-6.id>" in run.err
        assert "loadBalancer.internalSubnetId" in run.err


def test_an_internal_load_balancer_in_a_subnet_that_exists_renders(realip: Realip) -> None:
    subnet = ("--config", "loadBalancer={internal: true, internalSubnetId: subnet-1a2b3c4d}")
    service = by_kind(rendered(realip, "vpc-cni-direct-native", *subnet))["Service"]
    annotations = service["metadata"]["annotations"]
    assert annotations["service.kubernetes.io/qcloud-loadbalancer-internal-subnetid"] == "subnet-1a2b3c4d"


@pytest.mark.parametrize("label", ["1e3", "0o17", "012", "on", "true", "null", "1_0", "0x1F", "2026-01-01", "12.50"])
def test_text_that_looks_like_a_number_stays_text_for_every_reader_of_yaml(label: str, realip: Realip) -> None:
    run = realip("render", "--config", f'app.label="{label}"')
    assert run.code == 0
    (line,) = {line.strip() for line in run.out.splitlines() if line.strip().startswith("app: ")}
    assert line in {f'app: "{label}"', f"app: '{label}'"}


def test_a_program_of_ones_own_that_leaves_a_name_to_pulumi_is_told(realip: Realip, project: Path) -> None:
    program(project, 'kubernetes.core.v1.Service("nameless", spec={"type": "ClusterIP"})')
    run = realip("render")
    assert (run.code, run.out) == (2, "")
    assert "Service 'nameless'" in run.err


def test_a_secret_is_not_written_to_a_file(realip: Realip, project: Path) -> None:
    program(
        project,
        'kubernetes.core.v1.ConfigMap("m", metadata={"name": "m"}, data={"list": "x", "key": pulumi.Output.secret("hunter2")})',
    )
    run = realip("render")
    assert (run.code, run.out) == (2, "")
    assert "ConfigMap 'm': has a secret in it" in run.err
    assert "hunter2" not in run.err


def test_a_value_that_another_object_has_later_is_refused_by_name(realip: Realip, project: Path) -> None:
    program(
        project,
        'made = kubernetes.core.v1.ConfigMap("made", metadata={"name": "made"})\n'
        'kubernetes.core.v1.ConfigMap("m", metadata={"name": "m"}, data={"key": made.id})\n',
    )
    run = realip("render")
    assert (run.code, run.out) == (2, "")
    assert "ConfigMap 'm': data.key = <made.id> is known only after `pulumi up`" in run.err


def test_objects_of_one_kind_get_files_of_their_own(realip: Realip, project: Path) -> None:
    names = ["b", "a"]
    program(project, "\n".join(f'kubernetes.core.v1.Namespace("{n}", metadata={{"name": "{n}"}})' for n in names))
    run = realip("render", "-o", "out")
    assert run.out.splitlines() == ["out/01-namespace-a.yaml", "out/02-namespace-b.yaml"]


def program(project: Path, body: str) -> None:
    (project / "__main__.py").write_text(f"import pulumi\nimport pulumi_kubernetes as kubernetes\n{body}\n")


def test_the_output_is_the_same_whatever_order_python_keeps_sets_in(process: Realip) -> None:
    outputs = {
        process("render", "globalrouter-direct-native", PYTHONHASHSEED=seed).out for seed in ("0", "1", "4294967295")
    }
    assert len(outputs) == 1
    assert os.linesep in outputs.pop()


def test_a_security_group_of_the_stacks_own_is_refused_with_the_setting_that_names_others(realip: Realip) -> None:
    stack = "vpc-cni-direct-native-ingress"
    run = realip("render", stack, "--config", "access.clientCidrs=[198.18.7.0/24]")
    assert run.code == 2
    told = re.findall(r"--config '(\S+)'", run.err)
    named = realip("render", stack, *(word for setting in told for word in ("--config", setting)))
    assert (len(told), named.code) == (2, 0), named.err
    assert "ingress.cloud.tencent.com/security-groups: sg-1a2b3c4d" in named.out
