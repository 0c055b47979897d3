"""Runs a project's own program under the SDK's mocks, as a preview, and records what it asks the engine for."""

import asyncio
import contextlib
import contextvars
import gc
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks, set_all_config
from pulumi.runtime.proto import engine_pb2, resource_pb2
from pulumi.runtime.settings import Settings, configure, set_root_resource
from pulumi.runtime.stack import run_in_stack

from realip.errors import InputError
from realip.offline.values import decode, later

if TYPE_CHECKING:
    from realip.offline.stackfile import StackFile

__all__ = ["Recording", "Resource", "record", "record_program"]

_STACK = "pulumi:pulumi:Stack"
_COMPUTED = {"tencentcloud:Eip/instance:Instance": ("publicIp",)}
"""Outputs that providers compute and other resources take in: named, so that a preview says where a value comes from."""


@dataclass(frozen=True)
class Resource:
    """What a program registered: everything that the engine would be told."""

    type: str
    name: str
    urn: str
    parent: str
    """URN of the parent; empty for the stack itself."""
    custom: bool
    """Whether a provider makes it; a component is made by its children."""
    read: bool
    """Whether it exists already and is only looked at."""
    id: str
    inputs: Mapping[str, Any]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    provider: str
    """URN of the provider; empty for the default one."""
    options: Mapping[str, Any]
    """Options that were set, under the protocol's names."""


@dataclass
class Recording:
    """One run of a program."""

    project: str
    stack: str
    resources: list[Resource] = field(default_factory=list)
    """In the order in which the program makes them; the stack itself is not among them."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """What the program exports."""
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What components register, by URN."""
    warnings: list[str] = field(default_factory=list)
    """What the program warned of."""


def record(stack: "StackFile") -> Recording:
    """Run a stack's program. InputError if it refuses to run, or fails."""
    program = stack.project.program
    if not program.is_file():
        raise InputError(f"{program}: there is no such program; the offline commands run the project's own __main__.py")

    def run() -> None:
        with _in_folder(stack.project.root), _own_collector(), contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(str(program), run_name="__main__")

    return record_program(run, project=stack.project.name, stack=stack.name, configuration=stack.configuration)


@contextlib.contextmanager
def _own_collector() -> Iterator[None]:
    """A program may turn the collector off for its own short life, not for the process that it is recorded in."""
    collecting = gc.isenabled()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def record_program(
    program: Callable[[], object], *, project: str, stack: str, configuration: Mapping[str, str]
) -> Recording:
    """Run a program given as a function; several may run one after another in one process."""
    recording = Recording(project, stack)
    # A context of its own: the SDK keeps its settings in context variables, and nothing of them is left behind.
    contextvars.copy_context().run(_run, program, recording, dict(configuration))
    return recording


def _run(program: Callable[[], object], recording: Recording, configuration: dict[str, str]) -> None:
    configure(
        Settings(
            project=recording.project,
            stack=recording.stack,
            monitor=_Monitor(recording),
            engine=_Engine(recording.warnings),
            dry_run=True,
            organization="organization",
        )
    )
    set_all_config(configuration, [])
    set_root_resource(None)  # type: ignore[arg-type]  # as at the start of a program
    loop = asyncio.new_event_loop()
    loop.set_default_executor(_Inline())
    asyncio.set_event_loop(loop)
    order: dict[tuple[str, str], int] = {}

    def note(made: pulumi.ResourceTransformationArgs) -> None:
        order.setdefault((made.type_, made.name), len(order))

    async def run() -> None:
        pulumi.runtime.register_stack_transformation(note)
        program()
        await _settled()

    try:
        loop.run_until_complete(run_in_stack(run))
        # In the order of the program, whichever could be registered first.
        recording.resources.sort(key=lambda resource: order[resource.type, resource.name])
    except InputError:
        raise
    except pulumi.RunError as error:
        raise InputError(str(error)) from None
    except Exception as error:
        raise InputError(f"{_where(error)}the program failed: {type(error).__name__}: {error}") from error
    finally:
        _close(loop)
        asyncio.set_event_loop(None)
        set_root_resource(None)  # type: ignore[arg-type]


async def _settled() -> None:
    """Wait until a program's resources are registered and its outputs resolved.

    The SDK waits for them too, but looks at all of them whenever one is done: time that grows with their square.
    """
    this = asyncio.current_task()
    while pending := asyncio.all_tasks() - {this}:
        await asyncio.wait(pending)


def _where(error: BaseException) -> str:
    """The line of the program, or of what it imports from its own project, that failed."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}: "
    found = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if (
            frame.filename.endswith(".py")
            and "site-packages" not in frame.filename
            and "realip/offline" not in frame.filename
        ):
            found = f"{frame.filename}, line {frame.lineno}: "
    return found


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End a loop without a word: a program that failed leaves tasks that wait for what never comes."""
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@contextlib.contextmanager
def _in_folder(root: Path) -> Iterator[None]:
    """The folder and the import path that the engine gives a program."""
    path = list(sys.path)
    sys.path.insert(0, str(root))
    try:
        with contextlib.chdir(root):
            yield
    finally:
        sys.path[:] = path


class _Inline(ThreadPoolExecutor):
    """Runs what it is given at once, in the same thread: nothing here blocks, and the order is the same every time."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """A future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the future
            future.set_exception(error)
        return future


class _Engine:
    """The engine's log: keeps what a person is warned of."""

    def __init__(self, warnings: list[str]) -> None:
        self._warnings = warnings

    def Log(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Keep a warning, and let the rest go."""
        if request.severity >= engine_pb2.WARNING:
            self._warnings.append(request.message)
        return empty_pb2.Empty()


class _Monitor(mocks.MockMonitor):
    """The engine's side of the protocol: takes every request down, and answers as a preview would.

    The SDK's own monitor keeps neither parents nor dependencies, and takes two resources of one name for one.
    """

    def __init__(self, recording: Recording) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # every request is answered here
        self._recording = recording
        self._urns: set[str] = set()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take a resource down; its outputs are its inputs, and what is known later."""
        urn = self._urn(request)
        if request.type == _STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        for name in _COMPUTED.get(request.type, ()):
            outputs.fields[name].string_value = later(request.name, name)
        identifier = (request.importId or later(request.name, "id")) if request.custom else ""
        self._recording.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=request.custom,
                read=False,
                id=identifier,
                inputs=decode(request.object),
                dependencies=tuple(request.dependencies),
                property_dependencies={
                    key: tuple(found.urns) for key, found in sorted(request.propertyDependencies.items()) if found.urns
                },
                provider=request.provider.rpartition("::")[0],
                options=_options(request),
            )
        )
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=outputs)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take down that something is looked at."""
        urn = self._urn(request)
        self._recording.resources.append(
            Resource(
                type=request.type,
                name=request.name,
                urn=urn,
                parent=request.parent,
                custom=True,
                read=True,
                id=request.id,
                inputs=decode(request.properties),
                dependencies=tuple(request.dependencies),
                property_dependencies={},
                provider=request.provider.rpartition("::")[0],
                options={},
            )
        )
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=request.properties)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Take down what a component, or the program, hands out."""
        outputs = decode(request.outputs)
        if request.urn.split("::")[2] == _STACK:
            self._recording.outputs.update(outputs)
        else:
            self._recording.component_outputs[request.urn] = outputs
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        """Refuse: nobody is there to ask."""
        raise InputError(
            f"the program asks a provider for {request.tok}, which needs an account and a network; the offline commands cannot answer"
        )

    def _urn(self, request: Any) -> str:
        parents = request.parent.split("::")[2] if request.parent else _STACK
        # As the engine has it: all of the parents' types, the stack's left out.
        chain = request.type if parents == _STACK else f"{parents}${request.type}"
        urn = f"urn:pulumi:{self._recording.stack}::{self._recording.project}::{chain}::{request.name}"
        if urn in self._urns:
            raise InputError(
                f"two resources have the name {request.name!r} and the type {request.type}; name one of them otherwise"
            )
        self._urns.add(urn)
        return urn


def _options(request: Any) -> dict[str, Any]:
    """The options that were set."""
    timeouts = request.customTimeouts
    found: dict[str, Any] = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "deleteBeforeReplace": request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "additionalSecretOutputs": list(request.additionalSecretOutputs),
        "aliases": [*request.aliasURNs, *filter(None, map(_called, request.aliases))],
        "customTimeouts": {
            name: getattr(timeouts, name) for name in ("create", "update", "delete") if getattr(timeouts, name)
        },
        "import": request.importId,
    }
    return {name: value for name, value in found.items() if value not in (None, False, [], {}, "")} | (
        {"deleteBeforeReplace": False} if found["deleteBeforeReplace"] is False else {}
    )


def _called(alias: Any) -> str:
    """What a resource was called before; nothing for one that only hung somewhere else: that changes no value."""
    return str(alias.urn or alias.spec.type or alias.spec.name)
