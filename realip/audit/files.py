"""The texts that an audit is given: files, folders, standard input."""

import os
import stat
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from realip.audit.kustomize import patches_of
from realip.audit.objects import Found
from realip.audit.reading import objects_in
from realip.errors import InputError
from realip.messages import Message, message

__all__ = ["Texts"]

_STDIN = "-"
_SUFFIXES = {".yaml", ".yml", ".json"}
_LEFT_OUT = {".git", ".venv", "node_modules", "__pycache__"}
_LARGEST = 2 << 30
_PART = 1 << 20
_MOST_PROBLEMS = 20
_MOST_NAMED = 3
_ALONE = ("Service", "Ingress", "Gateway")
"""Kinds of which a cluster has one of a name."""


@dataclass
class Texts:
    """The objects of files, and the texts themselves, where a finding's line is looked up."""

    found: list[Found] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    stacks: list[Path] = field(default_factory=list)
    """Stack files of this project's kind, which are programs' settings and no objects."""
    others: int = 0
    """Objects of kinds that are not looked at."""
    patches: list[str] = field(default_factory=list)
    """Files that are patches of Kustomize's."""

    @property
    def notes(self) -> Iterator[Message]:
        """Files that were left out, and objects that are there more than once."""
        if self.patches:
            yield message("audit_patches", files=", ".join(self.patches[:_MOST_NAMED]), count=len(self.patches))
        places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for found in self.found:
            if found.kind in _ALONE:
                places[found.key].append(found.place.file)
        again = {key: files for key, files in places.items() if len(files) > 1}
        if again:
            (kind, space, name), files = next(iter(again.items()))
            where = ", ".join(dict.fromkeys(files))
            yield message("audit_twice", count=len(again), object=f"{kind} {space}/{name}", files=where)

    @classmethod
    def read(cls, paths: Sequence[str]) -> "Texts":
        """Everything under the paths. InputError for what cannot be read or holds no Kubernetes object."""
        made, seen = cls(), set()
        problems: list[str] = []
        given = [(path, name, file) for path in paths for name, file in _files(path)]
        patches = {patch for _, _, file in given if file is not None for patch in patches_of(file)}
        for path, name, file in given:
            known = name if file is None else os.path.realpath(file)
            if known in seen:
                continue
            seen.add(known)
            if known in patches and path != name:
                made.patches.append(name)
                continue
            if file is not None and _is_stack_file(file):
                made.stacks.append(file)
                continue
            before = len(made.found) + made.others
            try:
                made._take(name, _text(name, file, asked=path == name))
            except InputError as problem:
                problems.append(str(problem))
                continue
            if file is not None and path == name and len(made.found) + made.others == before:
                problems.append(f"{name}: has no Kubernetes object in it (no document with apiVersion and kind)")
        if problems:
            raise InputError("\n".join([*problems[:_MOST_PROBLEMS], *_rest(problems)]))
        if not made.found and not made.others and not made.stacks:
            raise InputError(
                f"{', '.join(paths)}: no Kubernetes object is in there (no document with apiVersion and kind)"
            )
        return made

    def _take(self, name: str, text: str) -> None:
        self.texts[name] = text
        for found in objects_in(text, name):
            if found is None:
                self.others += 1
            else:
                self.found.append(found)


def _rest(problems: Sequence[str]) -> list[str]:
    """A line for what is not told of too many problems."""
    more = len(problems) - _MOST_PROBLEMS
    return [f"and {more} more files"] if more > 0 else []


def _is_stack_file(path: Path) -> bool:
    """A stack's settings: `Pulumi.NAME.yaml`."""
    return path.name.startswith("Pulumi.") and path.name.count(".") > 1 and path.suffix in {".yaml", ".yml"}


def _files(path: str) -> Iterator[tuple[str, Path | None]]:
    """The files of a path, each under the name that its findings carry; a path that is no file there is InputError."""
    if path == _STDIN:
        yield _STDIN, None
        return
    try:
        file = Path(path)
        if file.is_dir():
            yield from _under(file)
        elif file.exists():
            yield path, file
        else:
            raise InputError(f"{path}: there is no such file or folder; give - for standard input")
    except (OSError, ValueError) as error:
        raise InputError(f"{path!r}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _under(folder: Path) -> Iterator[tuple[str, Path]]:
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        for name in sorted(names):
            file = Path(root) / name
            if file.suffix in _SUFFIXES and not _is_project(file):
                yield str(file), file


def _is_project(file: Path) -> bool:
    return file.name in {"Pulumi.yaml", "Pulumi.yml"}


def _raise(error: OSError) -> None:
    raise error


def _text(name: str, file: Path | None, *, asked: bool) -> str:
    try:
        data = _bounded(sys.stdin.buffer, name) if file is None else _bytes(file, name, asked=asked)
    except (OSError, AttributeError) as error:
        raise InputError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or 'it is closed'}") from None
    for encoding in _encodings(data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            problem = error
    line = data.count(b"\n", 0, problem.start) + 1
    raise InputError(f"{name}, line {line}: is not UTF-8 text (byte 0x{data[problem.start]:02x})")


def _bytes(file: Path, name: str, *, asked: bool) -> bytes:
    """The content of a file. A pipe may be asked for, as shells do; one in a folder could be waited for without end."""
    about = file.stat()
    if stat.S_ISREG(about.st_mode):
        if about.st_size > _LARGEST:
            raise _too_large(name)
        return file.read_bytes()
    if not asked:
        raise InputError(f"{name}: is no file but a pipe or a device; take it out of the folder, or name it by itself")
    with file.open("rb") as stream:
        return _bounded(stream, name)


def _bounded(stream: IO[bytes], name: str) -> bytes:
    """All that comes out of a pipe, which does not say beforehand how much it is."""
    parts, size = [], 0
    while part := stream.read(_PART):
        parts.append(part)
        size += len(part)
        if size > _LARGEST:
            raise _too_large(name)
    return b"".join(parts)


def _too_large(name: str) -> InputError:
    return InputError(f"{name}: is larger than {_LARGEST >> 30} GiB; split it")


def _encodings(data: bytes) -> Iterable[str]:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return ("utf-16",)
    return ("utf-8-sig",)
