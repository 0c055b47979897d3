"""Problems as the engine tells them: each beside the property that it is about."""

from collections.abc import Callable, Iterable

from pulumi.errors import InputPropertiesError, InputPropertyErrorDetails

from realip.problems import Problem

__all__ = ["refusal"]

_ENTRY = "\n\t\t- property {} has a problem: {}"
"""How the engine tells of a property without its value."""


def refusal(problems: Iterable[Problem], hides: Callable[[str], bool], *told: str) -> InputPropertiesError:
    """All problems of a component's inputs, spelled as the schema has them, and what else is `told`.

    The engine prints the value of each property that is named to it. Where `hides` says of a path that its value is not to be
    printed, the message has the problem, as the engine would tell it.
    """
    message = "\n".join(told)
    errors: list[InputPropertyErrorDetails] = []
    for problem in problems:
        if hides(problem.path):
            message += _ENTRY.format(problem.path, problem.message)
        else:
            errors.append({"property_path": problem.path, "reason": problem.message})
    return InputPropertiesError(message, errors)
