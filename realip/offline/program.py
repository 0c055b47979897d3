"""The run of a project's own program without an engine, as a preview."""

import asyncio
import contextlib
import contextvars
import gc
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import set_all_config
from pulumi.runtime.settings import Settings, configure, set_root_resource
from pulumi.runtime.stack import run_in_stack

from realip import resource_types, tke
from realip.components._hooks import undone
from realip.errors import InputError
from realip.offline.monitor import Engine, Monitor, Recording
from realip.online import offline
from realip.scenarios import ExposureKind

if TYPE_CHECKING:
    from realip.offline.stackfile import StackFile

__all__ = ["record", "record_program"]

_CARRYING = (resource_types.SERVICE, resource_types.INGRESS)
"""Types of the objects that have a direct-access annotation."""
_TRANSFORMS = (
    "the program has `transforms`, which the engine alone calls; write them as `transformations`, which work here too"
)


def record(stack: "StackFile") -> Recording:
    """Run a stack's program. InputError if it refuses to run, or fails."""
    program = stack.project.program
    if (runtime := stack.project.runtime) not in {"python", ""}:
        raise InputError(
            f"{stack.project.file}: its program is for the runtime {runtime}, and the offline commands run Python; "
            "`pulumi preview` shows this one"
        )
    if not program.is_file():
        raise InputError(f"{program}: there is no such program; the offline commands run the project's own __main__.py")

    def run() -> None:
        with _in_folder(stack.project.root), _own_collector(), contextlib.redirect_stdout(sys.stderr):
            runpy.run_path(str(program), run_name="__main__")

    recording = record_program(run, project=stack.project.name, stack=stack.name, configuration=stack.configuration)
    if stack.settings is not None:
        _refuse_undone(recording, stack.settings.row.exposure)
    return recording


def _refuse_undone(recording: Recording, exposure: ExposureKind) -> None:
    """Refuse what the engine's hooks refuse, which nothing calls here: transformations that undo what makes the scenario."""
    for made in recording.resources:
        if made.type in _CARRYING and made.parent.rpartition("::")[0].endswith("realip:index:RealIpStack"):
            local = exposure is ExposureKind.LOCAL_SERVICE
            told = undone(made.type, made.inputs, exposure.direct_access, tke.LOCAL_POLICY if local else None)
            if told is not None:
                raise InputError(told)


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
    with offline():
        _run_offline(program, recording, configuration)


def _run_offline(program: Callable[[], object], recording: Recording, configuration: dict[str, str]) -> None:
    configure(
        Settings(
            project=recording.project,
            stack=recording.stack,
            monitor=Monitor(recording),
            engine=Engine(recording.warnings),
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
        if made.opts.transforms:
            raise InputError(_TRANSFORMS)
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
        if "does not support transforms" in str(error):
            raise InputError(_TRANSFORMS) from error
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
