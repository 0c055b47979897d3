"""A Pulumi program run without an engine, and everything that it registered.

The SDK's mocks forget what matters most here: parents, dependencies, providers, options, secrets and unknowns. This
monitor takes them from the requests that an engine would get. `run` returns only once everything has settled, so that a
test may assert that something is *not* there.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import provider_pb2, resource_pb2
from pulumi.runtime.settings import SETTINGS, get_project, get_stack, set_root_resource
from pulumi.runtime.stack import run_in_stack

from tests.support.cloud import Cloud

STACK_TYPE = "pulumi:pulumi:Stack"
UNKNOWN = "<unknown>"
"""Stands in recorded inputs for a value that a preview cannot know."""


@dataclass
class Registered:
    """One resource as it reached the engine."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    inputs: dict[str, Any]
    """Plain values; `UNKNOWN` for what is not known, secrets unwrapped."""
    secrets: frozenset[str]
    """Paths of the inputs that were marked secret."""
    dependencies: frozenset[str]
    """URNs that the resource waits for, its properties' included."""
    provider: str
    """URN of its provider; empty for the default one."""
    options: Any
    """The request itself, for options such as `protect`."""
    read: bool = False
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_outputs: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass
class Recording:
    """Everything that a program registered, in order, and what it told the user."""

    resources: list[Registered] = field(default_factory=list)
    messages: list[tuple[str, str]] = field(default_factory=list)

    def of(self, kind: str) -> list[Registered]:
        """Resources of a type, or of the end of one: `core/v1:Service`, `Ingress`, `realip:index:Network`."""
        return [resource for resource in self.resources if re.search(rf"(^|[:/]){re.escape(kind)}$", resource.type)]

    def one(self, kind: str) -> Registered:
        """The only resource whose type ends so."""
        found = self.of(kind)
        assert len(found) == 1, f"{len(found)} resources of type {kind}: {found} among {self.resources}"
        return found[0]

    def named(self, name: str) -> Registered:
        """The resource of that name; a component may be called as one of its children is."""
        found = [resource for resource in self.custom if resource.name == name]
        assert len(found) == 1, f"{len(found)} resources named {name} among {self.custom}"
        return found[0]

    def by_urn(self, urn: str) -> Registered:
        """The resource of that URN."""
        return next(resource for resource in self.resources if resource.urn == urn)

    @property
    def stack(self) -> Registered:
        """The stack itself; its outputs are what the program exports."""
        return self.one(STACK_TYPE)

    @property
    def kubernetes(self) -> list[Registered]:
        """Objects on a cluster."""
        return [resource for resource in self.resources if resource.type.startswith("kubernetes:")]

    @property
    def cloud(self) -> list[Registered]:
        """Resources of Tencent Cloud."""
        return [resource for resource in self.resources if resource.type.startswith("tencentcloud:")]

    @property
    def custom(self) -> list[Registered]:
        """Everything that a provider makes, and the providers."""
        return [resource for resource in self.resources if resource.custom]

    def waits_for(self, resource: Registered) -> set[str]:
        """Names of everything that has to be made before `resource`, and on destroy goes after it."""
        seen: set[str] = set()
        open_urns = {resource.urn}
        while open_urns:
            current = self.by_urn(open_urns.pop())
            # Engine: an object waits for its provider too, and a dependency on a component is one on what it holds.
            for urn in {*current.dependencies, *([current.provider] if current.provider else [])}:
                if urn not in seen:
                    seen.add(urn)
                    open_urns.add(urn)
        return {self.by_urn(urn).name for urn in seen}

    def ancestors(self, resource: Registered) -> list[str]:
        """Types of a resource's parents, the nearest first."""
        types = []
        while resource.parent:
            resource = self.by_urn(resource.parent)
            types.append(resource.type)
        return types


class _Monitor(mocks.MockMonitor):
    """Answers as the engine would, and keeps what it was asked."""

    def __init__(self, cloud: Cloud, *, preview: bool) -> None:
        super().__init__(cloud)
        self.recording = Recording()
        self._cloud = cloud
        self._preview = preview
        self._urns: dict[str, Registered] = {}

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine does: with the types of all parents below the stack."""
        parents = parent.split("::")[2] if parent else STACK_TYPE
        kind = type_ if parents == STACK_TYPE else f"{parents}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        made = self._record(request, request.object, custom=request.custom, provider=request.provider)
        made.dependencies = frozenset(request.dependencies) | {
            urn for depends in request.propertyDependencies.values() for urn in depends.urns
        }
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=made.urn)
        identity, state = self._state(made)
        marked = {*request.additionalSecretOutputs, *self._cloud.secrets(made.type)}
        answer = {key: _secret(value) if key in marked else value for key, value in state.items()}
        made.outputs, made.secret_outputs = state, frozenset(marked & state.keys())
        return resource_pb2.RegisterResourceResponse(urn=made.urn, id=identity, object=_struct(answer))

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        made = self._record(request, request.properties, custom=True, provider=request.provider)
        made.read, made.dependencies = True, frozenset(request.dependencies)
        _, state = self._state(made)
        return resource_pb2.ReadResourceResponse(urn=made.urn, properties=_struct(state))

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        # The stock answer makes an event loop in the thread that asks, and never closes it.
        answer, failures = self._cloud.call(mocks.MockCallArgs(token=request.tok, args={}, provider=request.provider))
        failed = [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures]
        return resource_pb2.ResourceInvokeResponse(**{"return": _struct(answer), "failures": failed})

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        made = self._urns[request.urn]
        made.outputs, made.secret_outputs = _plain(request.outputs)
        return empty_pb2.Empty()

    def _record(self, request: Any, properties: Any, *, custom: bool, provider: str) -> Registered:
        urn = self.make_urn(request.parent, request.type, request.name)
        assert urn not in self._urns, f"{urn} is registered twice: the engine refuses that"
        inputs, secrets = _plain(properties)
        made = Registered(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=custom,
            inputs=inputs,
            secrets=secrets,
            dependencies=frozenset(),
            provider=provider.rpartition("::")[0],
            options=request,
        )
        self._urns[urn] = made
        self.recording.resources.append(made)
        return made

    def _state(self, made: Registered) -> tuple[str, dict[str, Any]]:
        """Id and outputs; in a preview nobody knows what the cloud will answer."""
        known = {key: value for key, value in made.inputs.items() if UNKNOWN not in repr(value)}
        if self._preview:
            return ("", known)
        identity, computed = self._cloud.make(made.type, made.name, made.inputs)
        return identity, {**known, **computed}


def _secret(value: Any) -> dict[str, Any]:
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def _struct(values: Mapping[str, Any]) -> Any:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def _plain(properties: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The values of a request, and the paths of the secrets among them."""
    secrets: set[str] = set()

    def walk(value: Any, path: str) -> Any:
        if isinstance(value, dict):
            if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
                secrets.add(path)
                return walk(value["value"], path)
            return {key: walk(item, f"{path}.{key}" if path else key) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, f"{path}[{index}]") for index, item in enumerate(value)]
        return UNKNOWN if value == rpc.UNKNOWN else value

    return walk(json_format.MessageToDict(properties), ""), frozenset(secrets)


class _Log(logging.Handler):
    def __init__(self, messages: list[tuple[str, str]]) -> None:
        super().__init__(logging.INFO)
        self._messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.append((record.levelname.lower(), record.getMessage()))


@contextmanager
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))  # one request at a time, so that two runs register in one order
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


def run(
    program: Callable[[], object],
    *,
    preview: bool = False,
    config: Mapping[str, str] | None = None,
    secret: Collection[str] = (),
    stack: str = "test",
    cloud: Cloud | None = None,
) -> Recording:
    """Run a program as `pulumi up` does, or as `pulumi preview` does, and return what it registered once all is settled.

    `config` is what the engine hands over: full keys, values as text; `secret` are the keys that hold a secret. What the program raises comes out of here.
    """
    # One for each run, known to nobody else; what the SDK says for its own developers would be a tenth of a run.
    logger = logging.Logger("pulumi under test", logging.INFO)  # noqa: LOG001
    monitor = _Monitor(cloud or Cloud(), preview=preview)
    logger.addHandler(_Log(monitor.recording.messages))
    with _event_loop() as loop:
        set_all_config(dict(config or {}), list(secret))
        # With no root, the mocks would make a stack of their own; ours comes with its program, as under the engine.
        set_root_resource(object())  # type: ignore[arg-type]
        mocks.set_mocks(monitor._cloud, project="realip", stack=stack, preview=preview, monitor=monitor, logger=logger)
        SETTINGS.outputs.clear()
        set_root_resource(None)  # type: ignore[arg-type]

        def entry() -> None:
            program()

        loop.run_until_complete(run_in_stack(entry))
        set_root_resource(None)  # type: ignore[arg-type]
    return monitor.recording
