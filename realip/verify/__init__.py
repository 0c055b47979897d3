"""Proof that an application sees its clients' own addresses: `verify` asks a target and says what the application saw.

The command line's `verify` is this function and a table.
"""

from collections.abc import Callable

from realip.messages import Message, english
from realip.verify.options import VerifyOptions
from realip.verify.report import Caller, ProbeRow, Report, Rollout, Translator, Verdict

__all__ = [
    "Caller",
    "Message",
    "ProbeRow",
    "Report",
    "Rollout",
    "Translator",
    "Verdict",
    "VerifyOptions",
    "verify",
    "verify_async",
]


def _silent(_message: str) -> None:
    """Tell nobody."""


def _never() -> bool:
    """Go on."""
    return False


async def verify_async(
    options: VerifyOptions, *, progress: Callable[[str], None] = _silent, stopped: Callable[[], bool] = _never
) -> Report:
    """Ask the target that the options name and report what its application saw, on the running event loop.

    `progress` is called with what goes on, in words; `stopped` may end a rollout's watch early by returning True. Ends
    within the options' timeout. Raises `InputError` for options that cannot be used; whatever the target does is a verdict.
    """
    from realip.verify.run import run  # noqa: PLC0415 - the HTTP client is loaded when something is asked

    return await run(options, lambda what: progress(english(what)), stopped)


def verify(
    options: VerifyOptions, *, progress: Callable[[str], None] = _silent, stopped: Callable[[], bool] = _never
) -> Report:
    """`verify_async` for programs without an event loop: starts one, and returns when the report is there."""
    import asyncio  # noqa: PLC0415 - as above

    return asyncio.run(verify_async(options, progress=progress, stopped=stopped))
