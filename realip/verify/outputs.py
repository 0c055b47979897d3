"""The outputs of a stack, through the Pulumi command line: whatever backend and login it uses, we use."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from realip.errors import InputError
from realip.verify.text import printable

__all__ = ["check_stack_name", "read_stack_outputs", "stack_outputs"]

_MOST_WORDS = 300
"""Characters of the command's own complaint that are passed on."""


def stack_outputs(stack: str, timeout: float) -> dict[str, Any]:
    """`read_stack_outputs` for programs without an event loop."""
    return asyncio.run(read_stack_outputs(stack, timeout))


def check_stack_name(stack: str) -> None:
    """Refuse what Pulumi would take for an option. Raises InputError."""
    if not stack or stack.startswith("-"):
        raise InputError(f"STACK {printable(stack)!r}: write the name of a stack, as `pulumi stack ls` lists it")


async def read_stack_outputs(stack: str, seconds: float) -> dict[str, Any]:
    """The outputs of a stack by name, secrets masked, within `seconds`. Whoever cancels it ends the program too.

    Raises InputError where there is no `pulumi` program, no such stack, or nothing deployed.
    """
    check_stack_name(stack)
    name = printable(stack)
    code, out, complaint = await _asked(stack, seconds)
    if code:
        said = printable(" ".join(complaint.decode(errors="replace").split()), _MOST_WORDS)
        raise InputError(
            f"the outputs of stack {name} cannot be read: {said or f'pulumi ended with {code}'};"
            " run this in the folder of the stack's project, logged in as for `pulumi up`, or give --url and --reads"
        )
    try:
        outputs = json.loads(out)
    except (ValueError, RecursionError):
        outputs = None
    if not isinstance(outputs, dict):
        raise InputError(f"the outputs of stack {name} are not the JSON that `pulumi stack output --json` prints")
    if not outputs:
        raise InputError(
            f"stack {name} has no outputs: run `pulumi up --stack {name}` first, or give --url and --reads"
        )
    return outputs


async def _asked(stack: str, seconds: float) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of `pulumi stack output`."""
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "--stack", stack]
    nowhere, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=pipe, stderr=pipe)
    except FileNotFoundError:
        raise InputError(
            "there is no `pulumi` program on the PATH to read the stack's outputs with: install it, or give --url and --reads"
        ) from None
    except OSError as error:
        raise InputError(f"the `pulumi` program cannot be started ({error.strerror}): give --url and --reads") from None
    try:
        async with asyncio.timeout(seconds):
            out, complaint = await process.communicate()
    except TimeoutError:
        raise InputError(
            f"`pulumi stack output` for {printable(stack)} did not end within {seconds:.0f} s: is its backend reachable? If not, give --url and --reads"
        ) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return process.returncode or 0, out, complaint
