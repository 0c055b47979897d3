"""The schema that programs in other languages are generated from: what Pulumi's analyzer reads, made fit for every one of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["refined"]

_TYPES = {
    "Connection": "AppConnection",
    "Endpoint": "StackEndpoint",
    "Gate": "StackGate",
    "LoadBalancer": "ExposureLoadBalancer",
    "Protocol": "PortProtocol",
    "Resources": "ContainerResources",
    "Subnet": "NetworkSubnet",
    "Taint": "NodeTaint",
    "WorkloadArgs": "AppWorkload",
}
"""Types under another name: languages put `Args` behind it, and have all names of the package side by side."""
_WORDS = {"GLOBALROUTER": "GlobalRouter", "NONDIRECT": "NonDirect"}
"""Words of enums that are two, written as TKE's terms are."""
_CHOICES = {
    ("Network", "accountType"): "AccountType",
    ("NodeTaint", "effect"): "TaintEffect",
    ("Toleration", "effect"): "TaintEffect",
    ("ServicePort", "protocol"): "PortProtocol",
}
"""Properties that take the same words as an enum of the settings; in Python they are text."""
_SECRETS = frozenset({"kubeconfig"})
_PROVIDER = (
    "The components of an app take a Kubernetes provider as their resource option `provider`: make one with this `kubeconfig`, "
    "`clusterIdentifier` set to the cluster's id, and `enableServerSideApply: true`."
)
_IN_PYTHON = {
    r"pass (it|the nodes) in `opts\.depends_on`": r"name \1 in the resource option `dependsOn`",
    r": a number, or the name of a container's port\.": ".",
    r"kubeconfig and Kubernetes provider \(": "and kubeconfig (",
    r"`provider`, a Kubernetes provider with server-side apply, is what the components of an app take in their `opts`\.": _PROVIDER,
    r"Kubernetes provider of a cluster that exists\. `provider` is what the components of an app take in their `opts`\.": f"Kubeconfig of a cluster that exists.\n\n{_PROVIDER}",
    r': `addresses\["cart"\]` is known as soon as that one is\.': ".",
}
"""Sentences about options that only Python has, and the same in every language."""


def refined(schema: Mapping[str, Any], head: Mapping[str, Any], spelt: Callable[[str], str]) -> dict[str, Any]:
    """The analyzer's schema with what it cannot say; `spelt` spells the names in a sentence as the schema does."""
    made = {**schema, **head}
    made["types"] = {_renamed(token): _type(found) for token, found in schema["types"].items()}
    for described in _described(made):
        if "$ref" in described:
            described["$ref"] = _renamed(described["$ref"])
        if described.get("description"):
            described["description"] = _sentence(described["description"], spelt)
    for token, owner in (*made["resources"].items(), *made["types"].items()):
        for properties in ("inputProperties", "properties"):
            required = owner.get("requiredInputs" if properties == "inputProperties" else "required") or ()
            for name, found in (owner.get(properties) or {}).items():
                if choice := _CHOICES.get((token.rpartition(":")[2], name)):
                    del found["type"]
                    found["$ref"] = f"#/types/realip:index:{choice}"
                if name in _SECRETS:
                    found["secret"] = True
                _say_default(found, optional=name not in required)
                _without_plain_entries(found)
    return made


def _described(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema, whatever it stands for."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from _described(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _described(inner)


def _renamed(token: str) -> str:
    """A type's token, or a reference to it."""
    head, colon, name = token.rpartition(":")
    return f"{head}{colon}{_TYPES.get(name, name)}"


def _type(found: dict[str, Any]) -> dict[str, Any]:
    """A type; the members of an enum are named as every language can spell them: `VpcCni`."""
    for member in found.get("enum") or ():
        member["name"] = "".join(_WORDS.get(part, part.title()) for part in member["name"].split("_"))
    return found


def _sentence(text: str, spelt: Callable[[str], str]) -> str:
    """A docstring as Markdown, which takes what is indented for code, without names that only Python has."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for words, others in _IN_PYTHON.items():
        text = re.sub(words, others, text)
    return spelt(text)


def _say_default(found: dict[str, Any], *, optional: bool) -> None:
    """Say what holds for a choice of yes and no that nobody makes, where it is no and nothing says so."""
    said = found.get("description") or ""
    if optional and found.get("type") == "boolean" and not re.search("unset|Defaults|without the key", said):
        found["description"] = f"{said} Defaults to `false`."


def _without_plain_entries(found: dict[str, Any]) -> None:
    """Let lists and maps have objects that are no plain ones: for those that only occur plain, Go's generator makes no type."""
    for entries in ("items", "additionalProperties"):
        if isinstance(inner := found.get(entries), dict):
            if str(inner.get("$ref")).startswith("#/types/"):
                inner.pop("plain", None)
            _without_plain_entries(inner)
