"""The table of clusters and apps: read, checked, and as one row for each stack."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml

import realip

FILE = Path(__file__).with_name("fleet.yaml")
PROGRAM = ("__main__.py", "requirements.txt")
"""Files beside this one that decide, with the row, what a stack is."""
NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
"""A name in the table: it becomes a Deployment's, and part of a stack's, where a dot separates."""
MOST_REPLICAS = 1000


class TableError(Exception):
    """The table cannot be used; the message has a line for each problem, with path, value and remedy."""


@dataclass(frozen=True)
class Row:
    """One stack: an app on a cluster."""

    cluster: str
    cluster_id: str
    kubeconfig: str | None
    """The path of a file, from the table's folder on; None: TKE is asked."""
    app: str
    image: str
    port: int
    target_port: int
    replicas: int

    @property
    def stack(self) -> str:
        """The stack's name."""
        return f"{self.cluster}.{self.app}"

    @property
    def fingerprint(self) -> str:
        """Changes with the row, with the program and with the library's version."""
        state = hashlib.sha256(json.dumps([asdict(self), realip.__version__], sort_keys=True).encode())
        for name in PROGRAM:
            state.update(FILE.with_name(name).read_bytes())
        return state.hexdigest()[:16]


@dataclass(frozen=True)
class Table:
    """Everything that the file says."""

    rows: tuple[Row, ...]
    expect: tuple[str, ...]
    """This machine's addresses as the apps have to see them; empty: `verify` finds out by itself."""

    def row(self, stack: str) -> Row:
        """The row of a stack; TableError if the table has none."""
        for row in self.rows:
            if row.stack == stack:
                return row
        raise TableError(f"the table has no row for the stack {stack!r}; its stacks are called CLUSTER.APP")


class _Loader(yaml.SafeLoader):
    """Refuses what YAML leaves open: a key that stands twice, of which one would be dropped."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise yaml.constructor.ConstructorError(None, None, "has to be a mapping", node.start_mark)
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                message = f"{key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_mapping(node, deep=deep)


def read(file: Path = FILE) -> Table:
    """The table in a file. Raises TableError with everything that is wrong with it."""
    try:
        content = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - a safe loader's child
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise TableError(f"{file.name}: {error}") from None
    except RecursionError:
        raise TableError(f"{file.name}: is nested too deeply") from None
    reading = _Reading(file.parent)
    table = reading.table(content)
    if reading.problems:
        raise TableError("\n".join(f"{file.name}: {problem}" for problem in reading.problems))
    return table


class _Reading:
    """Goes through the file once, and collects what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[str] = []
        self._folder = folder

    def table(self, content: Any) -> Table:
        top = self._mapping("", content, {"clusters", "apps", "verify"})
        clusters = {
            name: self._mapping(f"clusters.{name}", value, {"id", "kubeconfig"})
            for name, value in self._named("clusters", top.get("clusters"))
        }
        ids: dict[str, str] = {}
        for name, cluster in clusters.items():
            self._cluster(f"clusters.{name}", name, cluster, ids)
        rows = [
            row
            for name, value in self._named("apps", top.get("apps"))
            for row in self._rows(name, f"apps.{name}", value, clusters)
        ]
        said = top.get("verify")
        verify = self._mapping("verify", {} if said is None else said, {"expect"})
        expect = verify.get("expect")
        return Table(tuple(rows), tuple(self._addresses("verify.expect", [] if expect is None else expect)))

    def _cluster(self, path: str, name: str, cluster: Mapping[str, Any], ids: dict[str, str]) -> None:
        identifier = cluster.get("id")
        if not isinstance(identifier, str) or not re.fullmatch(r"cls-[a-z0-9]{8}", identifier):
            self._refuse(f"{path}.id", identifier, "is no cluster's id; write cls- and eight letters or digits")
        elif ids.setdefault(identifier, name) != name:
            self._refuse(f"{path}.id", identifier, f"is the id of {ids[identifier]}, too; list a cluster once")
        kubeconfig = cluster.get("kubeconfig")
        if kubeconfig is not None and not (isinstance(kubeconfig, str) and (self._folder / kubeconfig).is_file()):
            self._refuse(
                f"{path}.kubeconfig", kubeconfig, "is no file beside the table; write its path, or leave it out"
            )

    def _rows(self, name: str, path: str, value: Any, clusters: Mapping[str, Mapping[str, Any]]) -> Iterator[Row]:
        app = self._mapping(path, value, {"image", "port", "targetPort", "replicas", "clusters"})
        image = app.get("image")
        if not isinstance(image, str) or not image or image != image.strip():
            self._refuse(f"{path}.image", image, "is no image; write one as in example.com/shop/cart:2.3.1")
        port = self._number(f"{path}.port", app.get("port", 80), 65535)
        target = self._number(f"{path}.targetPort", app.get("targetPort"), 65535)
        replicas = self._number(f"{path}.replicas", app.get("replicas", 2), MOST_REPLICAS)
        for cluster in self._clusters(f"{path}.clusters", app.get("clusters", list(clusters)), clusters):
            known = clusters[cluster]
            kubeconfig = known.get("kubeconfig")
            yield Row(
                cluster,
                str(known.get("id")),
                kubeconfig if isinstance(kubeconfig, str) else None,
                name,
                str(image),
                port,
                target,
                replicas,
            )

    def _clusters(self, path: str, names: Any, clusters: Mapping[str, Any]) -> list[str]:
        if not isinstance(names, list) or not names:
            self._refuse(path, names, "is no list of clusters; leave it out for all of them")
            return []
        for index, name in enumerate(names):
            if not isinstance(name, str) or name not in clusters:
                self._refuse(f"{path}[{index}]", name, f"is no cluster of the table;{_nearest(name, clusters)}")
            elif names.index(name) != index:
                self._refuse(f"{path}[{index}]", name, "stands twice; leave one out")
        return [name for name in dict.fromkeys(filter(lambda name: isinstance(name, str), names)) if name in clusters]

    def _addresses(self, path: str, values: Any) -> list[str]:
        if not isinstance(values, list):
            self._refuse(path, values, "is no list; write addresses as in [203.0.113.7]")
            return []
        for index, value in enumerate(values):
            try:
                ip_address(str(value))
            except ValueError:
                self._refuse(f"{path}[{index}]", value, "is no IP address; write one as in 203.0.113.7")
        return [str(value) for value in values]

    def _number(self, path: str, value: Any, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            self._refuse(path, value, f"is no whole number from 1 to {most}")
            return 1
        return value

    def _named(self, path: str, value: Any) -> list[tuple[str, Any]]:
        if not isinstance(value, dict) or not value:
            self._refuse(path, value, "has to name at least one")
            return []
        for name in value:
            if not isinstance(name, str) or not NAME.fullmatch(name):
                self._refuse(f"{path}.{name}", name, "is no name; write up to 32 small letters, digits and hyphens")
        return [(str(name), content) for name, content in value.items()]

    def _mapping(self, path: str, value: Any, keys: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._refuse(path or "the file", value, f"has to be a mapping with {', '.join(sorted(keys))}")
            return {}
        for key in value:
            if key not in keys:
                self._refuse(f"{path}.{key}".lstrip("."), value[key], f"is unknown;{_nearest(key, keys)}")
        return value

    def _refuse(self, path: str, value: Any, why: str) -> None:
        said = "is missing: it" if value is None else f"= {_written(value)}:"
        self.problems.append(f"{path} {said} {why}")


def _written(value: Any) -> str:
    """A value as JSON; what JSON has not, such as a date for a key, as Python writes it."""
    try:
        return json.dumps(value, default=str)
    except (TypeError, ValueError):
        return str(value)


def _nearest(word: Any, known: Mapping[str, Any] | set[str]) -> str:
    near = get_close_matches(str(word), list(known), n=1)
    return f" did you mean {near[0]}?" if near else f" known are {', '.join(sorted(known))}"
