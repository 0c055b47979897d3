"""Secrets and ConfigMaps of the namespace that an app's container finds, as variables or as files."""

from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict

import pulumi

from realip import pod_rules, rules
from realip.components._arguments import Arguments, Items, Known, Shape
from realip.pod import File, Source
from realip.problems import MISSING, Problem

__all__ = ["ENV_FROM", "FILES", "EnvFrom", "FileItem", "MountedFiles", "files_of", "source_of"]


class EnvFrom(TypedDict):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries become environment variables."""

    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name."""


class FileItem(TypedDict):
    """An entry of a Secret or a ConfigMap that becomes a file."""

    key: str
    """The entry's key."""
    path: str
    """The file's path in the folder."""


class MountedFiles(TypedDict):
    """A Secret or a ConfigMap of the namespace, one of the two, whose entries the container finds as files."""

    secret: NotRequired[pulumi.Input[str]]
    """The Secret's name."""
    config_map: NotRequired[pulumi.Input[str]]
    """The ConfigMap's name."""
    path: str
    """The folder in which the files are, such as `/etc/app`. The container cannot write it."""
    items: NotRequired[Sequence[FileItem]]
    """Entries that become files; all, by their keys, if unset."""


def _one_source(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Either a Secret or a ConfigMap."""
    if args.said.isdisjoint(EnvFrom.__annotations__):
        yield arguments.lacks("secret", "is missing; name a Secret here, or a ConfigMap as config_map")
    elif args.said >= EnvFrom.__annotations__.keys():
        message = "stands beside config_map; an entry names one of the two, so give each an entry of its own"
        yield arguments.refuse("secret", args.get("secret", MISSING), message)


def _file_problems(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """One source, and files of one folder that take each other's place."""
    yield from _one_source(arguments, args)
    names = [item.text("path") for item in args.entries("items")]
    for index, message in pod_rules.name_conflicts(names):
        yield arguments.at("items").entry(index).refuse("path", names[index], message)


ENV_FROM = Shape(EnvFrom, {"secret": rules.dns_subdomain, "config_map": rules.dns_subdomain}, _one_source)
FILE_ITEM = Shape(FileItem, {"key": pod_rules.config_key, "path": pod_rules.file_name})
FILES = Shape(
    MountedFiles,
    {
        "secret": rules.dns_subdomain,
        "config_map": rules.dns_subdomain,
        "path": pod_rules.mount_path,
        "items": Items(FILE_ITEM, at_least_one="entry"),
    },
    _file_problems,
)


def files_of(one: MountedFiles) -> File:
    """The files that an argument asks for."""
    return File(one["path"], source_of(one), [(item["key"], item["path"]) for item in one.get("items") or ()])


def source_of(one: EnvFrom | MountedFiles) -> Source:
    """The Secret or the ConfigMap that an argument names."""
    return Source(one["secret"], secret=True) if "secret" in one else Source(one["config_map"])
