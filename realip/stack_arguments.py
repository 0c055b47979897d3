"""The arguments of a stack: settings, or a mapping of them, checked before anything is registered."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from realip.components._arguments import is_later
from realip.components.account import AccountUnknown, account_type
from realip.problems import MISSING, Problem, path_of
from realip.settings import checks
from realip.settings.loading import parse_settings
from realip.settings.models import Settings
from realip.settings.problems import SettingsError

__all__ = ["account_problems", "checked", "outputs_in"]


def account_problems(settings: Settings) -> Iterator[Problem]:
    """Problems of the account's type: asked before anything is made, where the scenario depends on it and nobody said it.

    A preview asks nothing: it works without credentials.
    """
    if pulumi.runtime.is_dry_run() or settings.network.account_type or not settings.row.billed_by_ip:
        return
    try:
        yield from checks.account_problems(settings, account_type())
    except AccountUnknown as unknown:
        message = (
            f"is not known, `{settings.row.slug}` depends on it, and Tencent Cloud did not say: {unknown}. "
            "Allow vpc:DescribeNetworkAccountType, or set it: STANDARD is billed by IP"
        )
        yield Problem("network.accountType", MISSING, message, ("scenario",))


def checked(args: object) -> tuple[Settings | None, Sequence[Problem]]:
    """Settings whose values agree, also those that a program made without a stack file; or what is wrong with them."""
    values = args.model_dump(by_alias=True, exclude_unset=True, warnings=False) if isinstance(args, Settings) else args
    if not isinstance(values, Mapping):
        return None, [
            Problem("args", MISSING, f"are no settings but {type(values).__name__}; give Settings, or a map of them")
        ]
    if later := list(outputs_in(values, ())):
        return None, later
    try:
        parsed = parse_settings(values)
    except SettingsError as error:
        return None, error.problems
    return (args if isinstance(args, Settings) else parsed), ()


_DEEPEST = 20


def outputs_in(value: object, place: tuple[int | str, ...]) -> Iterator[Problem]:
    """Settings are known before anything is made: every one that is an output."""
    if is_later(value):
        yield Problem(
            path_of(place), MISSING, "is an output, and settings are known before anything is made; write it out"
        )
    elif isinstance(value, Mapping) and len(place) < _DEEPEST:
        for key, item in value.items():
            yield from outputs_in(item, (*place, str(key)))
    elif isinstance(value, list | tuple) and len(place) < _DEEPEST:
        for index, item in enumerate(value):
            yield from outputs_in(item, (*place, index))
