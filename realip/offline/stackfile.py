"""A stack's configuration from the project's own files, as the engine would hand it to the program."""

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from realip.errors import InputError, nearest
from realip.offline.dialect import Loader
from realip.offline.keys import parse_override
from realip.scenarios import DEFAULT_STACK
from realip.yaml_size import size

if TYPE_CHECKING:
    from realip.settings.models import Settings

__all__ = ["StackFile", "find_project", "read_stack"]

_PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")
_PROJECT_IN_JSON = "Pulumi.json"
_TOP_KEYS = ("config", "encryptedkey", "encryptionsalt", "secretsprovider")
"""Keys of a stack file (Pulumi SDK, `workspace.ProjectStack`), but `environment`, which cannot be read offline."""
_LARGEST_FILE = 1 << 20
_MOST_VALUES = 50_000
_KEY = re.compile(r"[^:]*:[^:]*")
_LOADS = re.compile(r"\bload_settings\b")


@dataclass(frozen=True)
class Project:
    """A Pulumi project on disk."""

    file: Path
    name: str
    stacks: Path
    """The folder that holds the stack files."""
    defaults: Mapping[str, Any]
    """Values of `config:`, by key with namespace, for what a stack does not say."""
    runtime: str
    """The runtime of its program; empty where the file says none."""

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.file.parent

    @property
    def program(self) -> Path:
        """The program that the engine would run."""
        return self.root / "__main__.py"


@dataclass(frozen=True)
class StackFile:
    """One stack of a project: what its program reads, checked."""

    project: Project
    name: str
    path: Path
    configuration: Mapping[str, str]
    """Every key with its namespace, and its value as the engine hands it over."""
    settings: "Settings | None"
    """None where the program takes no settings of this library, such as one that only imports components."""


def find_project(folder: Path) -> Project:
    """The project that a folder belongs to; InputError outside of one."""
    for parent in (folder, *folder.parents):
        if (parent / _PROJECT_IN_JSON).is_file():
            raise InputError(
                f"{_shown(parent / _PROJECT_IN_JSON)}: is what the engine reads of this project, and offline only YAML is "
                f"read; write it as {_PROJECT_FILES[0]}"
            )
        for name in _PROJECT_FILES:
            if (parent / name).is_file():
                return _project(parent / name)
    raise InputError(f"{folder}: no Pulumi.yaml here or above; go to a project's folder first")


def read_stack(name: str | None, overrides: Sequence[str] = (), *, folder: Path | None = None) -> StackFile:
    """The stack of that name in the project around `folder` (the current one), with `--config` values put in.

    Without a name it is the project's only stack, or the default one.

    InputError for whatever is wrong with it; nothing of Pulumi is needed to find out.
    """
    project = find_project(folder or Path.cwd())
    name, path = _stack_path(project, name)
    configuration = {**project.defaults, **_stack_configuration(path, project.name)}
    changes = [parse_override(override, project.name) for override in overrides]
    takes_settings = _takes_settings(project.program)
    if takes_settings:
        _refuse_keys(project, path, configuration, _encrypted(configuration))
    for change in changes:
        change.apply(configuration)
    encrypted = _encrypted(configuration)  # what no stand-in has taken the place of
    _refuse_credentials(path, configuration, encrypted)
    for key, place in encrypted.items():
        if key.startswith(f"{project.name}:"):
            raise InputError(
                f"{_shown(path)}: {place} is encrypted, and offline there is no key; give it a stand-in with --config '{place}=...'"
            )
        del configuration[key]  # a provider's, which nobody asks offline
    try:
        encoded = {key: _encoded(value) for key, value in configuration.items()}
    except (ValueError, RecursionError):
        raise InputError(f"{_shown(path)}: a value contains itself; write it out instead of using an alias") from None
    settings = _settings(project, path, encoded) if takes_settings else None
    return StackFile(project, name, path, encoded, settings)


def _refuse_credentials(path: Path, configuration: Mapping[str, Any], encrypted: Collection[str]) -> None:
    from realip.settings.problems import SettingsError  # noqa: PLC0415 - a file that cannot be read is told without pydantic
    from realip.settings.secrets import refuse_credentials  # noqa: PLC0415

    try:
        refuse_credentials(configuration, encrypted)
    except SettingsError as error:
        raise InputError(f"{_shown(path)}: {error}") from None


def _refuse_keys(project: Project, path: Path, configuration: Mapping[str, Any], encrypted: Collection[str]) -> None:
    """Keys that no run would take, whatever is put in their place: misspelt ones, and secrets that would not stay secret."""
    from realip.settings.configuration import slips  # noqa: PLC0415 - a file that cannot be read is told without pydantic
    from realip.settings.problems import SettingsError  # noqa: PLC0415
    from realip.settings.secrets import refuse_plain_kubeconfig, section_problems  # noqa: PLC0415

    namespace = f"{project.name}:"
    sections = [key.removeprefix(namespace) for key in encrypted if key.startswith(namespace)]
    values = {key.removeprefix(namespace): value for key, value in configuration.items()}
    try:
        refuse_plain_kubeconfig(values, sections)
        if problems := [*slips(configuration, project.name), *section_problems(sections)]:
            raise SettingsError(problems)  # noqa: TRY301 - told with the file's name, as the other
    except SettingsError as error:
        raise InputError(f"{_shown(path)}: {error}") from None


def _takes_settings(program: Path) -> bool:
    """The program calls `load_settings`; what another module of it loads is told when it runs."""
    try:
        return _LOADS.search(program.read_text(encoding="utf-8")) is not None
    except (OSError, UnicodeDecodeError):
        return False


def _settings(project: Project, path: Path, configuration: Mapping[str, str]) -> "Settings":
    """The settings that the program would read, or all their problems."""
    from realip.settings.loading import decode, parse_settings, provider_region  # noqa: PLC0415 - a file that cannot be read is told without pydantic
    from realip.settings.problems import SettingsError  # noqa: PLC0415

    namespace = f"{project.name}:"
    values = {
        key.removeprefix(namespace): decode(value) for key, value in configuration.items() if key.startswith(namespace)
    }
    try:
        return parse_settings(values, region=provider_region(configuration.get("tencentcloud:region")))
    except SettingsError as error:
        raise InputError(f"{_shown(path)}: {error}") from None


def _project(path: Path) -> Project:
    root, _ = _load(path)
    if not isinstance(root, Mapping) or not isinstance(root.get("name"), str):
        raise InputError(f"{_shown(path)}: is not a Pulumi project; it has to say at least `name:` and `runtime:`")
    declared = root.get("config") or {}
    if not isinstance(declared, Mapping):
        raise InputError(f"{_shown(path)}: config must be a map of keys")
    folder = path.parent / str(root.get("stackConfigDir") or ".")
    return Project(path, root["name"], folder, dict(_defaults(declared, root["name"])), _runtime(root))


def _runtime(root: Mapping[Any, Any]) -> str:
    said = root.get("runtime")
    return str((said.get("name") if isinstance(said, Mapping) else said) or "")


def _defaults(declared: Mapping[Any, Any], namespace: str) -> Iterable[tuple[str, Any]]:
    for key, said in declared.items():
        full = str(key) if ":" in str(key) else f"{namespace}:{key}"
        if not isinstance(said, Mapping):
            yield full, said
        elif (default := said.get("value", said.get("default"))) is not None:
            yield full, default


def _stack_path(project: Project, name: str | None) -> tuple[str, Path]:
    suffix = project.file.suffix  # the engine takes stack files that end as the project's file does, and no others
    files = project.stacks.glob(f"Pulumi.*{suffix}")
    known = dict(sorted((path.name[len("Pulumi.") : -len(suffix)], path) for path in files))
    if name is None:
        name = next(iter(known)) if len(known) == 1 else DEFAULT_STACK
    if name in known:
        return name, known[name]
    for other in _PROJECT_FILES:
        if (passed_over := project.stacks / f"Pulumi.{name}{Path(other).suffix}").is_file():
            raise InputError(
                f"{_shown(passed_over)}: is not read, since the project's file is {project.file.name}; "
                f"rename it to Pulumi.{name}{suffix}"
            )
    if not known:
        raise InputError(
            f"stack {name!r}: there is no stack file in {_shown(project.stacks)}; add Pulumi.{name}{suffix} there"
        )
    guess, listed = nearest(name, known), ", ".join(known)
    hint = guess if listed in guess else f"{guess} Known are {listed}"
    raise InputError(f"stack {name!r}: there is no such stack in {_shown(project.stacks)}; {hint}")


def _stack_configuration(path: Path, namespace: str) -> dict[str, Any]:
    """The configuration of a stack file, by key with namespace."""
    root, lines = _load(path)
    if root is None:
        raise InputError(f"{_shown(path)}: is empty; it has to say at least `config:` with the stack's settings")
    if not isinstance(root, Mapping):
        raise InputError(
            f"{_shown(path)}, line {lines.get('', 1)}: must be a map with `config:` in it, not {_kind(root)}"
        )
    for key in root:
        if key not in _TOP_KEYS:
            raise InputError(f"{_shown(path)}, line {lines.get(str(key), 1)}: {_beside_config(str(key))}")
    if root.get("config") is None:
        raise InputError(f"{_shown(path)}: has no `config:`; that is where the stack's settings go")
    config = root["config"]
    if not isinstance(config, Mapping):
        raise InputError(f"{_shown(path)}, line {lines['config']}: config must be a map of keys, not {_kind(config)}")
    found: dict[str, Any] = {}
    for said, value in config.items():
        key = str(said) if ":" in str(said) else f"{namespace}:{said}"
        if not _KEY.fullmatch(key):
            raise InputError(f"{_shown(path)}: {said} is no key of a configuration; write <namespace>:<name>")
        if key in found:
            raise InputError(
                f"{_shown(path)}: {key} is there twice, with its namespace and without; remove one of the two"
            )
        found[key] = value
    return found


def _beside_config(key: str) -> str:
    """The problem of a key at the top of a stack file that the engine would pass over without a word."""
    if key == "environment":
        return (
            "environment: brings values of Pulumi ESC, which offline nobody knows; say them in a stack file of their own "
            "for the offline commands"
        )
    if ":" in key:
        return f"{key} stands beside config:, where nothing reads it; indent it so that it stands inside"
    return f"{key}: is not a key of a stack file; {nearest(key, _TOP_KEYS)}"


def _load(path: Path) -> tuple[Any, dict[str, int]]:
    """The document in a file, and the lines on which its value and those of its top keys start."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise InputError(
                f"{_shown(path)}: is larger than a stack file can be, {_LARGEST_FILE >> 20} MiB; look at what is in it"
            )
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{_shown(path)}: is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{_shown(path)}: cannot be read: {error.strerror}") from None
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, {}
        if (size(node) or 0) > _MOST_VALUES:  # one without end is told when it is written as JSON
            raise InputError(
                f"{_shown(path)}: has more than {_MOST_VALUES:,} values once its aliases are written out; write fewer"
            )
        lines = {"": node.start_mark.line + 1}
        if isinstance(node, yaml.MappingNode):
            lines.update((str(key.value), value.start_mark.line + 1) for key, value in node.value)
        return loader.construct_document(node), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        raise InputError(
            f"{_shown(path)}{where}: is not YAML that can be used: {error.problem or error.context}"
        ) from None
    except yaml.YAMLError as error:
        problem = str(error).partition("\n")[0]
        raise InputError(f"{_shown(path)}: is not YAML: {problem}") from None
    except ValueError as error:
        raise InputError(f"{_shown(path)}: is not YAML that can be used: {error}") from None
    except RecursionError:
        raise InputError(f"{_shown(path)}: has maps or lists one in the other without end; write fewer") from None


def _encrypted(configuration: Mapping[str, Any]) -> dict[str, str]:
    """The keys that hold something encrypted, each with the first place of it."""
    found = ((key, next(iter(_secure(value, key)), None)) for key, value in configuration.items())
    return {key: place for key, place in found if place is not None}


def _secure(value: Any, place: str, depth: int = 0) -> Iterator[str]:
    """Where a value is encrypted: the engine writes `{secure: ...}` there."""
    if depth > 50:  # a value that contains itself is told elsewhere
        return
    if isinstance(value, Mapping):
        if set(value) == {"secure"}:
            yield place
        for key, item in value.items():
            yield from _secure(item, f"{place}.{key}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _secure(item, f"{place}[{index}]", depth + 1)


def _encoded(value: Any) -> str:
    """A value as the engine hands it over: text as it is, everything else as JSON."""
    if value is None:
        return ""  # nothing behind a key is empty text to the engine
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "plain text" if isinstance(value, str) else f"{value!r}"


def _shown(path: Path) -> str:
    """A path as a person in the current folder would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
