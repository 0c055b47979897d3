"""Write what a pod template may say, as a real Kubernetes API server publishes it: `python -m tools.pod_fields`.

The server's OpenAPI document names every field, its kind, and the rule by which a patch of it merges
(`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`). `realip/pod_fields.json` is the part below PodTemplateSpec.
"""

import json
from pathlib import Path
from typing import Any

from tools.controlplane import ControlPlane

__all__ = ["FILE", "pod_fields"]

FILE = Path(__file__).parent.parent / "realip" / "pod_fields.json"
_DEFINITIONS = "#/definitions/"
_ROOT = "io.k8s.api.core.v1.PodTemplateSpec"


def pod_fields(openapi: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The fields of PodTemplateSpec and of everything below it, by type: `string`, `[Container] merge name`, `{string}`."""
    definitions, found, waiting = openapi["definitions"], {}, [_ROOT]
    while waiting:
        name = waiting.pop()
        short = name.rpartition(".")[2]
        properties = definitions[name].get("properties")
        if short in found or properties is None:
            continue
        found[short] = {field: _kind(schema) for field, schema in sorted(properties.items())}
        waiting += [
            part["$ref"].removeprefix(_DEFINITIONS)
            for schema in properties.values()
            for part in (schema, schema.get("items", {}), schema.get("additionalProperties", {}))
            if "$ref" in part
        ]
    return dict(sorted(found.items()))


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition(".")[2])
    if schema["type"] == "array":
        strategies = schema.get("x-kubernetes-patch-strategy", "").split(",")
        key = schema.get("x-kubernetes-patch-merge-key", "")
        return f"[{_kind(schema['items'])}]" + (f" merge {key}".rstrip() if "merge" in strategies else "")
    if "additionalProperties" in schema:
        return f"{{{_kind(schema['additionalProperties'])}}}"
    return str(schema["type"])


def main() -> None:
    """Ask a server and write the file."""
    with ControlPlane() as plane:
        found = pod_fields(json.loads(plane.kubectl("get", "--raw", "/openapi/v2")))
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
