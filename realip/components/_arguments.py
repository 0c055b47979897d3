"""Arguments of components: what is wrong with them, all of it at once, each problem with its path."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pulumi

from realip.errors import InputError

__all__ = ["ArgumentError", "Arguments", "as_integer", "raise_all"]


class ArgumentError(InputError, pulumi.RunError):
    """An argument that a component cannot use; Pulumi prints it without a traceback."""


@dataclass(frozen=True)
class Arguments:
    """Where arguments stand: which component takes them, and under which path."""

    component: str
    """Class and name of the component, such as `Network 'shop'`."""
    path: str = ""
    """Where in the component's arguments, such as `apps["cart"].`."""

    def at(self, path: str) -> "Arguments":
        """The arguments under `path`, such as `workload.`."""
        return replace(self, path=self.path + path)

    def refuse(self, argument: str, value: object, problem: str) -> ArgumentError:
        """The error for an argument: which one of which component, its value, what is wrong and what to do."""
        return ArgumentError(f"{self.component}: {self.path}{argument} = {value!r}: {problem}")

    def check(self, argument: str, value: object, rule: Callable[[str], object]) -> Iterator[ArgumentError]:
        """The problem that a rule has with an argument whose value is known already; what is known later, TKE judges."""
        if isinstance(value, str):
            try:
                rule(value)
            except ValueError as error:
                yield self.refuse(argument, value, str(error))


def raise_all(problems: Iterable[ArgumentError]) -> None:
    """Raise every problem of a component's arguments as one ArgumentError, if there is any."""
    told = [str(problem) for problem in problems]
    if told:
        raise ArgumentError("\n".join(told))


def as_integer(value: "pulumi.Input[int]") -> "pulumi.Input[int]":
    """The integer that a number stands for: other languages hand over 80.0 for 80."""
    if isinstance(value, int | float):
        return int(value)
    return pulumi.Output.all(value).apply(lambda values: int(values[0]))
