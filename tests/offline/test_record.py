"""The recording is what all offline commands, and the components' users, rely on: nothing of the engine's is lost in it."""

import asyncio
import gc
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from realip import cli
from realip.errors import InputError
from realip.offline.monitor import Recording
from realip.offline.program import record, record_program
from realip.offline.stackfile import read_stack
from realip.offline.values import Secret, plain
from tests.offline.running import Realip
from tests.support.guide import STACKS

ROOT = Path(__file__).resolve().parents[2]


def run(program: Callable[[], object], **configuration: str) -> Recording:
    return record_program(program, project="p", stack="s", configuration=configuration)


class Box(pulumi.ComponentResource):
    """A component with one child."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("test:index:Box", name, None, opts)
        self.child = kubernetes.core.v1.ConfigMap(f"{name}-map", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"id": self.child.id, "child": self.child, "word": pulumi.Output.secret("x")})


def test_parents_providers_dependencies_and_options_are_kept() -> None:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig=pulumi.Output.secret("{}"))
        outer = Box("outer", pulumi.ResourceOptions(provider=provider))
        kubernetes.core.v1.ConfigMap(
            "last",
            data={"key": outer.child.id, "word": "x"},
            opts=pulumi.ResourceOptions(
                depends_on=[outer.child],
                provider=provider,
                protect=True,
                retain_on_delete=True,
                delete_before_replace=True,
                ignore_changes=["data"],
                replace_on_changes=["kind"],
                additional_secret_outputs=["data"],
                custom_timeouts=pulumi.CustomTimeouts(create="1m", delete="2m"),
                aliases=[pulumi.Alias(name="older"), "urn:pulumi:s::p::a:b:C::oldest"],
            ),
        )
        kubernetes.core.v1.ConfigMap("taken", opts=pulumi.ResourceOptions(import_="kube-system/taken"))

    recording = run(program)
    provider, outer, inner, last, taken = recording.resources
    assert [resource.name for resource in recording.resources] == ["cluster", "outer", "outer-map", "last", "taken"]
    assert inner.parent == outer.urn == "urn:pulumi:s::p::test:index:Box::outer"
    assert inner.urn == "urn:pulumi:s::p::test:index:Box$kubernetes:core/v1:ConfigMap::outer-map"
    assert (inner.provider, last.provider, taken.provider) == (provider.urn, provider.urn, "")
    assert last.dependencies == (inner.urn,)
    assert last.property_dependencies == {"data": (inner.urn,)}
    assert plain(dict(last.inputs))["data"] == {"key": "<outer-map.id>", "word": "x"}
    options = dict(last.options)
    assert options.pop("aliases") == ["older", "urn:pulumi:s::p::a:b:C::oldest"]
    assert options == {
        "protect": True,
        "retainOnDelete": True,
        "deleteBeforeReplace": True,
        "ignoreChanges": ["data"],
        "replaceOnChanges": ["kind"],
        "additionalSecretOutputs": ["data"],
        "customTimeouts": {"create": "1m", "delete": "2m"},
    }
    assert taken.id == "kube-system/taken"
    assert taken.options["import"] == "kube-system/taken"
    assert provider.inputs["kubeconfig"] == Secret("{}")
    assert repr(provider.inputs["kubeconfig"]) == "[secret]"
    assert recording.component_outputs[outer.urn]["word"] == Secret("x")
    assert recording.component_outputs[outer.urn]["child"] == inner.urn


def test_resources_come_in_the_order_of_the_program_whatever_waits_for_what() -> None:
    def program() -> None:
        first = kubernetes.core.v1.Namespace("first")
        kubernetes.core.v1.ConfigMap("waits", metadata={"namespace": first.metadata.name})
        kubernetes.core.v1.Namespace("does-not-wait")

    assert [resource.name for resource in run(program).resources] == ["first", "waits", "does-not-wait"]


def test_five_stacks_in_one_process_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    stacks = [read_stack(name) for name in STACKS]
    alone = [[resource.urn for resource in record(stack).resources] for stack in stacks]
    again = [[resource.urn for resource in record(stack).resources] for stack in reversed(stacks)]
    assert again == alone[::-1]
    assert all(
        urn.startswith(f"urn:pulumi:{name}::realip::") for name, urns in zip(STACKS, alone, strict=True) for urn in urns
    )
    assert Path.cwd() == ROOT


@pytest.mark.timeout(30)
def test_ctrl_c_ends_a_program_that_waits_for_ever() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    def program() -> None:
        loop = asyncio.get_running_loop()
        never: asyncio.Future[str] = loop.create_future()
        kubernetes.core.v1.Namespace("n", metadata={"name": never})
        loop.call_later(0.05, interrupt)

    with pytest.raises(KeyboardInterrupt):
        run(program)


def test_a_run_leaves_nothing_behind_not_even_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def program() -> None:
        made = kubernetes.core.v1.Namespace("n")
        made.id.apply(lambda _: 1 / 0)
        kubernetes.core.v1.ConfigMap("m", metadata={"namespace": made.id.apply(lambda _: str(1 / 0))})

    with pytest.raises(InputError, match="ZeroDivisionError"):
        run(program)
    gc.collect()
    assert capfd.readouterr() == ("", "")
    assert pulumi.runtime.get_root_resource() is None
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    assert [resource.name for resource in run(lambda: kubernetes.core.v1.Namespace("n")).resources] == ["n"]


@pytest.mark.parametrize("end", [pulumi.RunError("stop"), KeyboardInterrupt()])
def test_a_program_that_stops_in_the_middle_leaves_no_task_and_no_word(
    end: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    def program() -> None:
        broken = pulumi.Output.from_input(1).apply(lambda _: str(1 / 0))
        for number in range(20):
            kubernetes.core.v1.ConfigMap(f"m{number}", metadata={"name": broken})
        raise end

    with pytest.raises((InputError, KeyboardInterrupt)):
        run(program)
    gc.collect()
    assert capfd.readouterr() == ("", "")


def test_a_program_that_turns_the_collector_off_does_so_for_itself_alone() -> None:
    assert gc.isenabled()
    record(read_stack("vpc-cni-direct-native", []))
    assert gc.isenabled()


def test_an_invoke_is_refused_since_nobody_can_answer() -> None:
    with pytest.raises(InputError, match="asks a provider for kubernetes:yaml:decode"):
        run(lambda: pulumi.runtime.invoke("kubernetes:yaml:decode", {}))


def test_a_program_sees_its_configuration_and_a_preview() -> None:
    seen: list[Any] = []

    def program() -> None:
        seen.extend([pulumi.Config().get("key"), pulumi.runtime.is_dry_run(), pulumi.get_project(), pulumi.get_stack()])

    run(program, **{"p:key": "value"})
    assert seen == ["value", True, "p", "s"]


def test_ctrl_c_ends_with_130_and_without_a_word(realip: Realip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realip.offline.render_command.run", lambda _: signal.raise_signal(signal.SIGINT))
    run = realip("render")
    assert (run.code, run.out, run.err) == (130, "", "")


def test_the_collector_is_paused_for_a_command_and_no_longer(realip: Realip, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def note(_: object) -> int:
        seen.append(gc.isenabled())
        return 0

    monkeypatch.setattr("realip.offline.render_command.run", note)
    assert realip("render").code == 0
    assert seen == [False]
    assert gc.isenabled()
    gc.disable()
    try:
        assert realip("render").code == 0
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_verify_is_reached_through_the_same_command_line(realip: Realip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realip.verify.command.run", lambda arguments: 3 if arguments.url == "http://x/" else 0)
    assert realip("verify", "--url", "http://x/", "--reads", "socket").code == 3
    assert realip("verify").code == 0


def test_a_mistake_of_ours_is_never_taken_for_a_finding(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken() -> int:
        raise LookupError("ours")

    monkeypatch.setattr(cli, "main", broken)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    with pytest.raises(SystemExit) as end:
        cli.entry()
    assert end.value.code not in {0, 1, 2, 3}
    assert "LookupError: ours" in capfd.readouterr().err


def test_the_console_script_ends_with_the_commands_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "main", lambda: 3)
    monkeypatch.setattr(gc, "freeze", lambda: None)
    with pytest.raises(SystemExit) as end:
        cli.entry()
    assert end.value.code == 3
