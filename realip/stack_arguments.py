"""The arguments of a stack: settings, or a mapping of them, checked before anything is registered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pulumi

from realip.components._arguments import AS_TEXT, is_later
from realip.components.account import AccountUnknown, account_type
from realip.problems import MISSING, Place, Problem, path_of
from realip.settings import checks
from realip.settings.loading import parse_settings
from realip.settings.models import Settings
from realip.settings.problems import SettingsError

__all__ = ["A_RESOURCE", "account_problems", "checked", "plain_values"]


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
    if isinstance(args, Settings):  # null is a value of theirs: what holds without
        dumped = args.model_dump(by_alias=True, exclude_unset=True, exclude_none=True, warnings=False)
    elif isinstance(args, Mapping):
        dumped = dict(args)
    else:
        message = f"are no settings but {type(args).__name__}; give Settings, or a map of them"
        return None, [Problem("args", MISSING, message)]
    values, found = plain_values(dumped)
    try:
        parsed = parse_settings(values, found=found)
    except SettingsError as error:
        return None, error.problems
    return (args if isinstance(args, Settings) else parsed), ()


def plain_values(values: Mapping[Any, object]) -> tuple[dict[str, Any], Mapping[Place, Problem]]:
    """Settings, with null for each value that is no plain one; and the problem of that."""
    found: dict[Place, Problem] = {}
    return {str(key): _plain(value, (str(key),), found) for key, value in values.items()}, found


_DEEPEST = 20
A_RESOURCE = "is a resource, and settings are known before anything is made; write its id out"


def _plain(value: object, place: Place, found: dict[Place, Problem]) -> object:
    if message := _not_plain(value):
        found[place] = Problem(path_of(place), MISSING, message)
        return None
    if len(place) > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, (*place, str(key)), found) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*place, index), found) for index, item in enumerate(value)]
    return value


def _not_plain(value: object) -> str | None:
    """Settings are known before anything is made: why a value is not."""
    if is_later(value):
        return "is an output, and settings are known before anything is made; write it out"
    if isinstance(value, pulumi.Resource):
        return A_RESOURCE
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return f"is an asset, and settings are plain values; {AS_TEXT}"
    return None
