"""The rules that an app's pods keep beyond single names: files that are mounted into them, super nodes, the `restricted` level.

Plain functions that raise ValueError, and the words of rules about several values, which settings and arguments look at apart.
"""

import re
from collections.abc import Iterator, Sequence

from realip import echo

__all__ = [
    "NO_ENI_ON_SUPER_NODES",
    "ROOT_FORBIDDEN",
    "TAKEN_ON_SUPER_NODES",
    "capability_forbidden",
    "config_key",
    "file_name",
    "lie_in_one",
    "mount_conflicts",
    "mount_path",
    "name_conflicts",
]

TAKEN_ON_SUPER_NODES = "is taken on super nodes; let the container listen on another one"
"""Of the port `tke.SUPER_NODE_OWN_PORT`."""
NO_ENI_ON_SUPER_NODES = "is for nodes, and pods of super nodes have an address of the VPC each without it; remove it"
ROOT_FORBIDDEN = "is root, which the restricted level forbids; name another user"

_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_OWN_PLACES = {
    "/proc": "the kernel fills",
    "/sys": "the kernel fills",
    "/dev": "the container's runtime fills",
    "/etc/hosts": "Kubernetes writes",
    "/etc/hostname": "Kubernetes writes",
    "/etc/resolv.conf": "Kubernetes writes",
    "/var/run/secrets/kubernetes.io": "Kubernetes keeps for the service account's token, and /var/run is /run in most images",
}
"""Places of a container that are filled already, and by what."""


def mount_path(value: str) -> str:
    """A folder of a container, as a path without detours (core/v1 VolumeMount, whose path has no `:`)."""
    steps = value.split("/")
    if value == "/" or steps[0] or not all(steps[1:]) or {".", ".."} & set(steps) or not _plain(value):
        raise ValueError(
            "is no folder in a container; write it from / on, without a / at its end, `.`, `..` or `:`, such as /etc/app"
        )
    return value


def _plain(path: str) -> bool:
    return len(path) <= 1024 and path.isprintable() and ":" not in path


def config_key(value: str) -> str:
    """A key of a ConfigMap or a Secret."""
    if not _CONFIG_KEY.fullmatch(value) or value == "." or value.startswith(".."):
        raise ValueError(
            "is not a key of a ConfigMap or a Secret; use at most 253 letters, digits, '-', '_' and '.', such as app.yaml"
        )
    return value


def file_name(value: str) -> str:
    """A file below a mounted folder, as a path from that folder on (core/v1 KeyToPath)."""
    steps = value.split("/")
    if not all(steps) or ".." in steps or "." in steps or value.startswith("..") or not _plain(value):
        raise ValueError("is no path inside the folder; write one without a / at its ends or `..`, such as app.yaml")
    return value


def capability_forbidden(setting: str) -> str:
    """The words for a capability that the `restricted` level forbids; `setting` is what says the level."""
    return f"is a capability that the restricted level forbids; remove it, or set {setting} to baseline"


def mount_conflicts(paths: Sequence[str | None], *, is_echo: bool) -> Iterator[tuple[int, str]]:
    """Positions of paths that get in each other's way or another one's, with what is wrong; None is a path that is wrong itself.

    What is mounted is read-only, so nothing can be mounted inside it. `is_echo`: the app is the echo app, whose program is.
    """
    taken = {**_OWN_PLACES, **({echo.FOLDER: "the echo app's program takes"} if is_echo else {})}
    for index, path in enumerate(paths):
        if path is None:
            continue
        for other in paths[:index]:
            if other == path:
                yield index, "is in the list already; choose another folder"
            elif other is not None and lie_in_one(path, other):
                yield (
                    index,
                    f"and {other} lie one in the other, and mounted folders are read-only; choose another folder",
                )
        for place, owner in taken.items():
            if lie_in_one(path, place):
                yield index, f"would be in the way of {place}, which {owner}; choose another folder"
                break


def name_conflicts(names: Sequence[str | None]) -> Iterator[tuple[int, str]]:
    """Positions of files in a folder of which one takes the other's place, with what is wrong; None is a name that is wrong itself."""
    for index, name in enumerate(names):
        if name is not None and any(other is not None and lie_in_one(name, other) for other in names[:index]):
            yield index, "takes the place of another file of the folder; give it another name"


def lie_in_one(path: str, other: str) -> bool:
    """One is the other, or lies in it, also where `/var/run` is a link to `/run`, as in most images (FHS 3.0, 5.13)."""
    both = (f"{path}/", f"{other}/")
    return _nested(*both) or _nested(
        *(one.removeprefix("/var") if one.startswith("/var/run/") else one for one in both)
    )


def _nested(path: str, other: str) -> bool:
    return path.startswith(other) or other.startswith(path)
