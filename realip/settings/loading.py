"""From a stack file to `Settings`: plain values checked at once, or one error with every problem.

`parse_settings` is for values that someone has already; `load_settings` reads the configuration of the running Pulumi program.
"""

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from pydantic import ValidationError

from realip.problems import MISSING, Place, Problem, path_of
from realip.quantities import quantity_text
from realip.settings import checks
from realip.settings.advice import advice, refusals
from realip.settings.configuration import foreign_keys
from realip.settings.models import Settings
from realip.settings.problems import SettingsError, problem_from
from realip.settings.secrets import hidden, refuse_credentials, refuse_plain_kubeconfig, section_problems

__all__ = ["decode", "load_settings", "parse_settings", "provider_region"]

_LARGEST_WHOLE_NUMBER = 2**63
_KUBERNETES = ("app", "podTemplate")
"""Where null says something: in a merge by Kubernetes' rules it removes what is there."""


def parse_settings(
    values: Mapping[str, object],
    *,
    region: str | None = None,
    secret: Collection[str] = (),
    found: Mapping[Place, Problem] | None = None,
) -> Settings:
    """The settings that plain values make, keys as in a stack file without their namespace; SettingsError if any is wrong.

    `region` is the Tencent provider's, where it is known: zones have to lie in it. `secret` are the sections in which
    something was set with --secret: what may be secret there stays one, and no message shows a value of them. `found` are
    problems that whoever has the values knows of already; they are told with the rest, which is judged without those values.
    """
    try:
        plain = {_text(key): _plain(value) for key, value in values.items()}
    except RecursionError:
        message = "are nested without end, such as a YAML anchor inside itself; write each value out"
        raise SettingsError([Problem("settings", MISSING, message)]) from None
    settings: Settings | None = None
    known = {**dict(_nothing_said(plain)), **(found or {})}
    wrong: list[Problem] = []
    try:
        settings = _validate(plain)
    except ValidationError as error:
        wrong = list(_past(known.values(), _wrong_values(error, plain)))
    for place in known:
        _remove(plain, place)
    if known or settings is None:
        settings = _validate_rest(plain)
    refused = list(section_problems(secret))
    wrong = [*known.values(), *wrong]
    told = [problem.path for problem in (*refused, *wrong)]
    agreement = _disagreements(settings, plain, region, told) if settings else ()
    problems = [*refused, *_past(refused, wrong), *agreement]
    if settings is None or problems:
        raise SettingsError(list(hidden(problems, values, secret)))
    return settings.with_secrets(secret)


def _nothing_said(value: object, place: Place = ()) -> Iterator[tuple[Place, Problem]]:
    """Keys with nothing behind them: a load balancer whose internal subnet is left blank would be a public one."""
    if value is None:
        yield place, Problem(path_of(place), MISSING, "is null, which says nothing; give it a value, or remove the key")
    elif isinstance(value, Mapping) and place != _KUBERNETES:
        for key, item in value.items():
            yield from _nothing_said(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nothing_said(item, (*place, index))


def _past(refused: Iterable[Problem], wrong: Sequence[Problem]) -> Iterator[Problem]:
    """Wrong values outside what is refused as a whole."""
    refused = list(refused)
    for problem in wrong:
        if not any(_same_or_inside(problem.path, whole.path) for whole in refused):
            yield problem


def _validate(plain: Mapping[str, Any]) -> Settings:
    # JSON is what the engine hands over: lists and names of choices are told from it, numbers and text stay apart.
    return Settings.model_validate_json(json.dumps(plain), by_alias=True, by_name=False)


def _validate_rest(plain: Mapping[str, Any]) -> Settings | None:
    """The settings without their wrong values; None if they are no settings without them."""
    try:
        return _validate(plain)
    except ValidationError:
        return None


def _plain(value: object) -> object:
    """A value of YAML as JSON has it: keys are text, and what JSON lacks (a date, say) is text too."""
    if isinstance(value, Mapping):
        return {_text(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST_WHOLE_NUMBER:
        return value
    if isinstance(value, int):
        # A number it stays, or a name could be one: JSON's end where a double's do.
        return float(value) if abs(value) <= sys.float_info.max else sys.float_info.max
    if isinstance(value, float) and isfinite(value):
        return value
    return _text(value)


def _text(value: object) -> str:
    """A value as text that every encoding of JSON can carry."""
    if isinstance(value, int) and abs(value) > _LARGEST_WHOLE_NUMBER:
        return f"{value:#x}"  # Python refuses to write a very long number in decimals
    return str(value).encode(errors="backslashreplace").decode()


def _wrong_values(error: ValidationError, plain: dict[str, Any]) -> list[Problem]:
    """The problem of every single value; each wrong value is taken out of `plain`."""
    found = error.errors()
    problems = []
    for details in found:
        if details["type"] != "too_short" or not any(_inside(other["loc"], details["loc"]) for other in found):
            problems.append(problem_from(details, Settings))
            _remove(plain, details["loc"])
    return problems


def _disagreements(
    settings: Settings, plain: Mapping[str, Any], region: str | None, wrong: Sequence[str]
) -> Iterator[Problem]:
    """Values that do not agree with each other, past those that are wrong by themselves."""
    found = [
        problem
        for problem in checks.problems(settings, region)
        if not any(_same_or_inside(path, bad) for path in (problem.path, *problem.involves) for bad in wrong)
    ]
    written = dict(_written(plain)) if found else {}
    for problem in found:
        said = written.get(problem.path)
        yield replace(problem, value=said) if _same(problem.value, said) else problem


def _same(shown: object, said: object) -> bool:
    """A check shows all that somebody wrote there, but for defaults and the text that a number became."""
    if isinstance(shown, Mapping):
        return isinstance(said, Mapping)
    return isinstance(said, int | float) and not isinstance(said, bool) and shown == quantity_text(said)


def _written(value: object, place: Place = ()) -> Iterator[tuple[str, object]]:
    """Everything as somebody wrote it, by its path: settings fill in defaults, and make text of some numbers."""
    yield path_of(place), value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _written(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _written(item, (*place, index))


def _inside(location: Place, other: Place) -> bool:
    """An error lies inside another's place: pydantic counts a list without its wrong entries, and finds it short."""
    return len(location) > len(other) and location[: len(other)] == other


def _same_or_inside(path: str, other: str) -> bool:
    """One of two paths is the other or lies inside it."""
    short, long = sorted((path, other), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def _remove(plain: Any, location: Place) -> None:
    """Take the value at a place out, with the whole list or entry that it makes useless."""
    *parents, last = location[:2] if len(location) > 1 else location
    for step in parents:
        plain = plain.get(step) if isinstance(plain, dict) else None
    if isinstance(plain, dict):
        plain.pop(last, None)


def decode(value: str) -> object:
    """A configuration value as the engine hands it over: JSON for lists and objects, plain text otherwise."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def provider_region(configured: str | None) -> str | None:
    """The region that the Tencent provider works in: `tencentcloud:region`, else its environment variable; None if unknown."""
    return configured or os.environ.get("TENCENTCLOUD_REGION") or None


def load_settings() -> Settings:
    """The settings of the running Pulumi program, from its stack's configuration.

    Ends the program with every problem in one message. What an update has to refuse, a preview warns of in the same words.
    """
    import pulumi  # noqa: PLC0415 - bad settings are told without waiting for the SDK
    from pulumi.runtime.config import (  # noqa: PLC0415 - what lists every key; a test holds it
        CONFIG,
        get_config_env,
        get_config_secret_keys_env,
        is_config_secret,
    )

    namespace = f"{pulumi.Config().name}:"
    configuration = {**get_config_env(), **CONFIG.get()}
    values = {
        key.removeprefix(namespace): decode(value) for key, value in configuration.items() if key.startswith(namespace)
    }
    encrypted = {*get_config_secret_keys_env(), *filter(is_config_secret, configuration)}
    secret = {key.removeprefix(namespace) for key in encrypted if key.startswith(namespace)}
    region = provider_region(pulumi.Config("tencentcloud").get("region"))
    for problem in foreign_keys(configuration, namespace.removesuffix(":")):
        pulumi.log.warn(str(problem))
    try:
        refuse_credentials(configuration, encrypted)
        refuse_plain_kubeconfig(values, secret)
        settings = parse_settings(values, region=region, secret=secret)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    refused = refusals(settings)
    if refused and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(str(SettingsError(list(hidden(refused, values, secret)))))
    for problem in hidden((*refused, *advice(settings)), values, secret):
        pulumi.log.warn(str(problem))
    return settings
