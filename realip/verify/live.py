"""One line on the terminal's standard error that says what goes on, and is gone at the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

__all__ = ["live"]


@contextmanager
def live() -> Iterator[Callable[[str], None]]:
    """A function to call with what goes on, for the length of a block."""
    console = Console(stderr=True, highlight=False)
    with console.status(Text("starting")) as status:

        def say(message: str) -> None:
            status.update(Text(message))

        yield say
