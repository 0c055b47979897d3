"""The process that stands for a pod's container: images are not pulled.

The guide's two images are played by the lab's own program. A container that says itself which Python program it runs, out of a
ConfigMap, runs just that, with the machine's Python: its files are laid out in a folder, and words of its command that name
the place where they are mounted name the folder instead.

A pod that may not be root has none of root's capabilities, and nothing that it starts gets one. It keeps the number of the
machine's root all the same: the Python that it runs on may be root's alone.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from lab.rig import echo
from lab.rig.api import CONFIG_MAP, Api, Object
from realip.reads import Reads
from realip.scenarios import SCENARIOS
from tools.catalogue import locate

HEADER_IMAGES = {scenario.image for scenario in SCENARIOS if scenario.reads is Reads.X_FORWARDED_FOR}
DEFAULT_PORT = 5000
PYTHON = ("python", "python3")


def confinement(pod: Object) -> list[str]:
    """The words before a command that take away what a pod may not have."""
    if not (pod["spec"].get("securityContext") or {}).get("runAsNonRoot"):
        return []
    return [str(locate("setpriv")), "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"]


def sysctls_of(pod: Object) -> list[str]:
    """Kernel parameters of a pod's network, as sysctl takes them."""
    said = (pod["spec"].get("securityContext") or {}).get("sysctls") or ()
    return [f"{each['name']}={each['value']}" for each in said]


def port_of(container: Mapping[str, Any]) -> int:
    """Where a container listens."""
    return next((int(each["containerPort"]) for each in container.get("ports") or ()), DEFAULT_PORT)


def command_of(api: Api, pod: Object, address: IPv4Address, folder: Path) -> list[str]:
    """The command that runs a pod's first container; `folder` takes the files of its ConfigMaps."""
    metadata, container = pod["metadata"], pod["spec"]["containers"][0]
    said = [*(container.get("command") or ()), *(container.get("args") or ())]
    if not container.get("command") or Path(said[0]).name not in PYTHON:
        # Not the project's environment: the app needs the standard library alone, and starts four times as fast.
        reads = "headers" if container["image"] in HEADER_IMAGES else "socket"
        options = ["--port", str(port_of(container)), "--pod", metadata["name"], "--reads", reads]
        return [sys.executable, "-I", "-S", str(Path(echo.__file__)), *options, *(container.get("args") or ())]
    places = dict(_mounted(api, pod, folder))
    words = [_placed(word, places) for word in said[1:]]
    return [
        *confinement(pod),
        "env",
        "-i",
        f"HOSTNAME={metadata['name']}",
        *_environment(pod, address),
        sys.executable,
        "-S",
        *words,
    ]


def _mounted(api: Api, pod: Object, folder: Path) -> Iterator[tuple[str, Path]]:
    """Each place where a ConfigMap is mounted, and the folder with its files."""
    volumes = {each["name"]: each for each in pod["spec"].get("volumes") or ()}
    for mount in pod["spec"]["containers"][0].get("volumeMounts") or ():
        source = volumes[mount["name"]].get("configMap")
        if source is None:
            continue
        place = folder / mount["mountPath"].strip("/")
        place.mkdir(parents=True, exist_ok=True)
        found = api.get(CONFIG_MAP, pod["metadata"]["namespace"], source["name"]) or {}
        data = found.get("data") or {}
        wanted = {each["key"]: each["path"] for each in source.get("items") or ()} or {key: key for key in data}
        for key, path in wanted.items():
            (place / path).write_text(data[key], encoding="utf-8")
        yield mount["mountPath"].rstrip("/"), place


def _placed(word: str, places: Mapping[str, Path]) -> str:
    for mounted, place in places.items():
        if word == mounted or word.startswith(f"{mounted}/"):
            return str(place) + word[len(mounted) :]
    return word


def _environment(pod: Object, address: IPv4Address) -> Iterator[str]:
    """The container's variables, those out of the pod's own fields too."""
    metadata = pod["metadata"]
    fields = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "status.podIP": str(address),
    }
    variables: Sequence[Mapping[str, Any]] = pod["spec"]["containers"][0].get("env") or ()
    for each in variables:
        field = (each.get("valueFrom") or {}).get("fieldRef", {}).get("fieldPath")
        if field or "value" in each:
            yield f"{each['name']}={fields.get(field, '') if field else each['value']}"
