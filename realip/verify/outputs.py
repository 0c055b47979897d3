"""The outputs of a stack, through the Pulumi command line: whatever backend and login it uses, we use."""

import json
import subprocess
from typing import Any

from realip.errors import InputError
from realip.verify.text import printable

__all__ = ["stack_outputs"]

_MOST_WORDS = 300
"""Characters of the command's own complaint that are passed on."""


def stack_outputs(stack: str, timeout: float) -> dict[str, Any]:
    """The outputs of a stack by name, secrets masked; `timeout` in seconds.

    Raises InputError where there is no `pulumi` program, no such stack, or nothing deployed.
    """
    if not stack or stack.startswith("-"):
        raise InputError(f"STACK {printable(stack)!r}: write the name of a stack, as `pulumi stack ls` lists it")
    name = printable(stack)
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "--stack", stack]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
    except FileNotFoundError:
        raise InputError(
            "there is no `pulumi` program on the PATH to read the stack's outputs with: install it, or give --url and --reads"
        ) from None
    except OSError as error:
        raise InputError(f"the `pulumi` program cannot be started ({error.strerror}): give --url and --reads") from None
    except subprocess.TimeoutExpired:
        raise InputError(
            f"`pulumi stack output` for {name} did not end within {timeout:.0f} s: is its backend reachable? If not, give --url and --reads"
        ) from None
    if done.returncode:
        said = printable(" ".join(done.stderr.decode(errors="replace").split()), _MOST_WORDS)
        raise InputError(
            f"the outputs of stack {name} cannot be read: {said or f'pulumi ended with {done.returncode}'};"
            " run this in the folder of the stack's project, logged in as for `pulumi up`, or give --url and --reads"
        )
    try:
        outputs = json.loads(done.stdout)
    except (ValueError, RecursionError):
        outputs = None
    if not isinstance(outputs, dict):
        raise InputError(f"the outputs of stack {name} are not the JSON that `pulumi stack output --json` prints")
    if not outputs:
        raise InputError(
            f"stack {name} has no outputs: run `pulumi up --stack {name}` first, or give --url and --reads"
        )
    return outputs
