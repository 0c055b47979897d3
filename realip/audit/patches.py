"""Changed objects as files: YAML with the comments, the order and the quotes that it had."""

import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from realip.audit import json_text, keys
from realip.audit.fix import Fixed, put
from realip.audit.lines import Lines
from realip.audit.objects import LAST_APPLIED, Found
from realip.audit.rule import Change
from realip.audit.world import PATCHED
from realip.audit.yaml_text import plain_word
from realip.errors import InputError
from realip.messages import ENGLISH, Speaker

__all__ = ["patch_text", "write_patches"]

_MARK = "# Written by `realip audit --fix`"
"""How a file that may be overwritten starts."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")
_NEXT = r":[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*"
"""The end of a line with a key alone, and comments."""
_MAP = re.compile(rf"^( *)[^\s#-][^\n]*?{_NEXT}(?=\1 +[^\s#-])( +)", re.MULTILINE)
_SEQUENCE = re.compile(rf"^( *(?:- +)*)[^\s#-][^\n]*?{_NEXT}( *)-( +)(?=\S)", re.MULTILINE)
_OF_THE_SERVER = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")


def write_patches(fixed: Sequence[Fixed], texts: Mapping[str, str], folder: Path, say: Speaker) -> list[Path]:
    """Write each object to its own file, all or none. InputError where a file of somebody else's is in the way."""
    files = {name: patch_text(each, texts, say) for name, each in zip(_names(fixed), fixed, strict=True)}
    try:
        for name in files:
            if (folder / name).exists() and not _is_ours(folder / name):
                raise InputError(
                    f"-o {folder}: {name} is there and was not written by `realip audit --fix`; choose another folder"
                )
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".realip-", dir=folder) as temporary:
            for name, text in files.items():
                (Path(temporary) / name).write_text(text, encoding="utf-8", newline="")
            for name in files:
                (Path(temporary) / name).replace(folder / name)
    except OSError as error:
        raise InputError(f"-o {folder}: cannot be written: {error.strerror}") from None
    return [folder / name for name in files]


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_MARK)) == _MARK.encode()


def _names(fixed: Sequence[Fixed]) -> list[str]:
    """A file name for each object; a number where a name comes again."""
    names: dict[str, None] = {}
    for each in fixed:
        found = each.found
        parts = [part for part in (found.kind.lower(), found.namespace, found.name) if part]
        name = _UNSAFE.sub("-", "-".join(parts))[:200]
        numbered = (f"{name}-{number}" for number in count(2))
        # Another object's own name may end in such a number.
        names[next(one for one in chain([name], numbered) if one not in names)] = None
    return [f"{name}.yaml" for name in names]


def patch_text(fixed: Fixed, texts: Mapping[str, str], say: Speaker = ENGLISH) -> str:
    """One object as a file: what was changed, why, what it costs, and the object."""
    place = fixed.found.place
    where = f"{place.file}{'' if place.line is None else f', line {place.line}'}"
    lines = [f"{_MARK} from {_line(where)}"]
    for rule, about, cost in fixed.reasons:
        lines.append(f"# {rule.id}: {_line(say.say(about))}")
        lines.append(f"#   {_line(say('audit_fix_cost', cost=say(f'cost_{cost.value}')))}")
    if not fixed.reasons:
        lines.append(f"# {say('audit_fix_beside')}")
    made = "\n".join(lines) + "\n" + (_kept(fixed, texts.get(place.file)) or _plain(fixed.body))
    windows = "\r\n" in texts.get(place.file, "")[place.start : place.end]
    return made.replace("\n", "\r\n") if windows else made


def _line(text: str) -> str:
    return " ".join(text.split())


def _kept(fixed: Fixed, text: str | None) -> str | None:
    """The object's own text with the changes; None where it has none, or none that can be kept, such as JSON."""
    place = fixed.found.place
    if text is None or json_text.is_json(text):
        return None
    source = text[place.start : place.end].replace("\r\n", "\n")
    reader = YAML(typ="rt")
    reader.preserve_quotes = True
    reader.width = 4096
    reader.brace_single_entry_mapping_in_flow_sequence = True
    reader.indent(**_indentation(source))
    try:
        body = _object(list(reader.load_all(source)), fixed)
        if body is None:
            return None
        for change in fixed.changes:
            value = change.value
            if isinstance(value, str) and change.path[:2] == ("metadata", "annotations"):
                value = DoubleQuotedScalarString(_as_written(text, fixed.found, change))
            put(body, change.path, DoubleQuotedScalarString(value) if value in ("true", "false") else value)
        out = io.StringIO()
        reader.dump(body, out)
    except (YAMLError, KeyError, TypeError, IndexError, RecursionError):
        return None
    return out.getvalue()


def _indentation(source: str) -> dict[str, int]:
    """The indentation of a text as ruamel.yaml has it: what most of its maps, and most of its lists, have."""
    maps = Counter(len(found[2]) - len(found[1]) for found in _MAP.finditer(source))
    lists = Counter((len(found[2]) - len(found[1]), len(found[3]) + 1) for found in _SEQUENCE.finditer(source))
    (mapping, _), *_ = maps.most_common(1) or [(2, 0)]
    ((offset, dash), _), *_ = lists.most_common(1) or [((2, 2), 0)]
    return {"mapping": mapping, "sequence": offset + dash, "offset": offset}


def _as_written(text: str, found: Found, change: Change) -> str:
    """The value of a change; for a number that becomes text the word that stands there, which says more: `1.20`, `0755`."""
    node = Lines({found.place.file: text}).node(found, change.path)
    if not isinstance(node, yaml.ScalarNode) or node.style in ("'", '"', "|", ">"):
        return str(change.value)
    number = plain_word(node.value)
    same = not isinstance(number, bool) and json.dumps(number) == change.value
    return str(node.value) if same else str(change.value)


def _object(documents: Sequence[Any], fixed: Fixed) -> Any:
    """The object in the documents of its text."""
    place = fixed.found.place
    for document in documents:
        inside = document
        if isinstance(document, list):
            index = place.index or 0
            inside = document[index] if index < len(document) else None
        elif place.index is not None and isinstance(document, dict):
            items = document.get("items") or []
            inside = items[place.index] if place.index < len(items) else None
        if not isinstance(inside, dict) or inside.get("kind") != fixed.found.kind:
            continue
        if (inside.get("metadata") or {}).get("name") == fixed.found.name:
            return inside
    return None


def _plain(body: Mapping[str, Any]) -> str:
    """An object without a text of its own: what an API server adds is left out."""
    made = {key: value for key, value in body.items() if key not in ("status", PATCHED)}
    metadata = {key: value for key, value in made.get("metadata", {}).items() if key not in _OF_THE_SERVER}
    annotations = metadata.get("annotations") or {}
    written = _written_by_others(body)
    if written & annotations.keys():
        metadata["annotations"] = {key: value for key, value in annotations.items() if key not in written}
    first = {"apiVersion": made.get("apiVersion"), "kind": made.get("kind"), "metadata": metadata}
    writer = YAML(typ="rt")
    writer.width = 4096
    writer.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    writer.dump(_quoted({**first, **{key: value for key, value in made.items() if key not in first}}), out)
    return out.getvalue()


def _written_by_others(body: Mapping[str, Any]) -> set[str]:
    """Annotations that kubectl, or TKE once it has had its turn, writes into an object."""
    documented = keys.DOCUMENTED.get(str(body.get("kind")), {}) if keys.written_by_tke(body) else {}
    return {LAST_APPLIED, *(key for key, about in documented.items() if about.by_tke)}


def _quoted(value: Any) -> Any:
    """Text that a reader of YAML 1.1 would take for something else, in quotes."""
    if isinstance(value, str):
        return value if plain_word(value) == value and value else DoubleQuotedScalarString(value)
    if isinstance(value, Mapping):
        return {str(_quoted(key)) if isinstance(key, str) else key: _quoted(item) for key, item in value.items()}
    return [_quoted(item) for item in value] if isinstance(value, list) else value
