"""The answers that a project is made from, the settings that they are, and everything that is wrong with them."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from realip import defaults, rules
from realip.documentation_ranges import DOCUMENTATION
from realip.errors import nearest
from realip.escapes import as_json
from realip.problems import MISSING, Problem
from realip.scenarios import DEFAULT_STACK
from realip.settings.configuration import PROVIDERS
from realip.settings.loading import parse_settings
from realip.settings.problems import SettingsError

__all__ = ["NOBODY", "OPTIONS", "Answers", "Language", "complete", "problems", "values"]

NOBODY = str(DOCUMENTATION[-2])
"""Stands for administrators' addresses that nobody has said: previews take it, and an update refuses it."""
OPTIONS = {
    "name": "--name",
    "stack": "--stack",
    "language": "--language",
    "scenario": "--scenario",
    "cluster": "--cluster",
    "region": "--region",
    "zones": "--zone",
    "image": "--image",
    "selector": "--selector",
    "namespace": "--namespace",
    "port": "--port",
    "admin_cidrs": "--admin-cidr",
    "client_cidrs": "--client-cidr",
}
"""Each answer's option on the command line."""
_PLACES = {
    "scenario": "scenario",
    "cluster": "cluster.id",
    "zones": "network.zones",
    "image": "app.image",
    "selector": "app.selector",
    "namespace": "app.namespace",
    "port": "app.port",
    "admin_cidrs": "access.adminCidrs",
    "client_cidrs": "access.clientCidrs",
}
"""Where the settings have an answer."""
_SETTING = re.compile("|".join(re.escape(place) for place in _PLACES.values() if "." in place))
"""A setting's name in a sentence; `scenario` may be the word."""
_NO_OPTION = re.compile(r"[,:]? '?pulumi config set[^']*'|, or set access\.allowEveryone to true if you mean it")
"""Advice on a stack file, which here nobody has yet, and on a setting that no option is for: a project begins closed."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
"""Projects and stacks (Pulumi SDK, `tokens.IsName` and `tokens.ValidateProjectName`); none that is an option or a folder to its CLI."""
_LABEL = re.compile(r"([^=]+)=(.*)", re.DOTALL)


class Language(StrEnum):
    """The language of a project's program."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    GO = "go"
    YAML = "yaml"


@dataclass(frozen=True)
class Answers:
    """Everything that a project is made from. The values are a person's words: `problems` says what is wrong with them."""

    name: str
    stack: str
    language: str
    scenario: str
    region: str
    zones: tuple[str, ...]
    """Empty where the cluster exists."""
    cluster: str | None = None
    """The id of an existing cluster."""
    image: str | None = None
    """The app's own image; without one, and without `selector`, the echo app runs."""
    selector: tuple[str, ...] = ()
    """Labels, `key=value`, of the pods of an app that something else runs."""
    namespace: str | None = None
    port: str | None = None
    admin_cidrs: tuple[str, ...] = ()
    client_cidrs: tuple[str, ...] = ()
    assumed: frozenset[str] = frozenset()
    """The answers that nobody gave."""


def complete(given: Mapping[str, Any], folder_name: str) -> Answers:
    """The answers that were given, and what is assumed for the others; a None, or nothing at all, was not given."""
    said = {name: value for name, value in given.items() if value is not None}
    zones = said.get("zones") or ()
    first = next(iter(zones), defaults.ZONES[0])
    assumed: dict[str, Any] = {
        "name": _project_name(folder_name),
        "stack": "dev",  # as `pulumi new` has it
        "language": Language.PYTHON,
        "scenario": DEFAULT_STACK,
        "region": rules.region_of(first),
    }
    region = said.get("region", assumed["region"])
    new = "cluster" not in said
    assumed["zones"] = defaults.ZONES if new and region == rules.region_of(defaults.ZONES[0]) else ()
    assumed["admin_cidrs"] = (NOBODY,) if new else ()
    # Whoever administers the cluster is who tries the app first; nobody else is let in unasked.
    assumed["client_cidrs"] = said.get("admin_cidrs", ())
    if "selector" in said:  # there a Service would find no pod in the namespace that the scenario would make
        assumed["namespace"] = "default"
    names = {field.name for field in fields(Answers)} - {"assumed"}
    return Answers(**(assumed | said), assumed=frozenset(names - said.keys()))


def _project_name(folder_name: str) -> str:
    """A project's name from its folder's; letters lose their accents."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", folder_name) if not unicodedata.combining(each))
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-.")[:100]
    return name if name and name not in PROVIDERS else "realip"


def values(answers: Answers) -> dict[str, Any]:
    """The settings that the answers are, as a stack file has them."""
    app: dict[str, Any] = {}
    if answers.selector:
        app |= {"deploy": False, "selector": dict(_labels(answers.selector))}
    if answers.image is not None:
        app["image"] = answers.image
    if not app:
        app["echo"] = True
    if answers.namespace is not None:
        app["namespace"] = answers.namespace
    if answers.port is not None:
        app["port"] = int(answers.port) if re.fullmatch("[0-9]{1,18}", answers.port) else answers.port
    sections: dict[str, dict[str, Any]] = {
        "network": {"zones": list(answers.zones)},
        "cluster": {"id": answers.cluster},
        "app": app,
        "access": {"adminCidrs": list(answers.admin_cidrs), "clientCidrs": list(answers.client_cidrs)},
    }
    said = {
        section: {key: value for key, value in inside.items() if value not in (None, [])}
        for section, inside in sections.items()
    }
    return {"scenario": answers.scenario, **{section: inside for section, inside in said.items() if inside}}


def _labels(selector: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for label in selector:
        if found := _LABEL.fullmatch(label):
            yield found[1], found[2]


def problems(answers: Answers) -> dict[str, list[str]]:
    """Everything that is wrong, by answer, each a sentence that starts with the answer's option and its value."""
    own = list(_own_problems(answers))
    of_settings = list(_problems_of_settings(answers))
    # What nobody said is wrong only because of something that somebody said, and that is told.
    of_said = [problem for problem in of_settings if _answer(problem.path) not in answers.assumed]
    found: dict[str, list[str]] = {}
    for problem in (*own, *(of_said if own or of_said else of_settings)):
        name = _answer(problem.path)
        option = OPTIONS.get(name, problem.path)
        value = "" if problem.value is MISSING else f" {as_json(problem.value)}"
        found.setdefault(name, []).append(f"{option}{value}: {_in_options(problem.message)}")
    return found


def _in_options(message: str) -> str:
    """The words of a problem of settings, for somebody who gives options."""
    return _SETTING.sub(lambda place: OPTIONS[_answer(place[0])], _NO_OPTION.sub("", message))


def _own_problems(answers: Answers) -> Iterator[Problem]:
    """Problems that no setting knows: names, and answers that do not go together."""
    for path, name in (("name", answers.name), ("stack", answers.stack)):
        if not _NAME.fullmatch(name):
            message = "is not a name that Pulumi takes; use at most 100 letters, digits, '-', '_' and '.', first a letter, a digit or '_'"
            yield Problem(path, name, message)
    if answers.language not in set(Language):
        message = f"is no language that a program can have; {nearest(answers.language, Language)}"
        yield Problem("language", answers.language, message)
    if answers.name in PROVIDERS:
        yield Problem("name", answers.name, "is where Pulumi keeps a provider's configuration; take another name")
    yield from _selector_problems(answers)
    try:
        rules.availability_zone(f"{answers.region}-1")
    except ValueError:
        if "region" not in answers.assumed:  # else a zone is wrong, and told
            yield Problem("region", answers.region, "is not a region; write one such as ap-guangzhou")
        return
    if answers.cluster is None and not answers.zones:
        message = f"is missing; name zones of {answers.region} to spread nodes over, such as {answers.region}-1"
        yield Problem("zones", MISSING, message)


def _selector_problems(answers: Answers) -> Iterator[Problem]:
    for label in answers.selector:
        if not _LABEL.fullmatch(label):
            yield Problem("selector", label, "is not a label; write KEY=VALUE, such as app=web")
    if not answers.selector and "selector" not in answers.assumed:
        yield Problem("selector", MISSING, "is missing; write labels of the app's pods, such as app=web")
    keys = [key for key, _ in _labels(answers.selector)]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield Problem("selector", key, "is there twice; no pod has two values of one label")
    if answers.selector and answers.image is not None:
        message = "is what to run, and --selector says that the app runs already; give one of the two"
        yield Problem("image", answers.image, message)


def _problems_of_settings(answers: Answers) -> Iterator[Problem]:
    try:
        parse_settings(values(answers), region=answers.region)
    except SettingsError as error:
        for problem in error.problems:
            if not _follows(problem, answers):
                yield problem


def _follows(problem: Problem, answers: Answers) -> bool:
    """A problem is told in this command's own words, or of a value that settings put in place of a wrong answer."""
    name, value = _answer(problem.path), problem.value
    if name == "zones":
        return not answers.zones or (isinstance(value, str) and value not in answers.zones)
    if name == "image":
        return bool(answers.selector) and "app.deploy" in problem.message
    return name == "selector" and value == {}


def _answer(path: str) -> str:
    """The answer that a path of the settings is."""
    for name, place in _PLACES.items():
        if path == place or path.startswith((f"{place}.", f"{place}[")):
            return name
    return path
