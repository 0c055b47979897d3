"""Admission policies in CEL, from the same rules: what one object shows is refused, or warned of, before it exists."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from realip import tke
from realip.audit import keys
from realip.audit.examine import IGNORE
from realip.audit.rule import Part, Rule, Severity
from realip.audit.rules import RULES
from realip.messages import ENGLISH

__all__ = ["policies", "policies_text"]

_RESOURCES: Mapping[str, tuple[str, str]] = {"Service": ("", "services"), "Ingress": ("networking.k8s.io", "ingresses")}
_VARIABLES: Mapping[str, Mapping[str, str]] = {
    "Service": {
        "balanced": (
            "has(object.spec.type) && object.spec.type == 'LoadBalancer' && !has(object.spec.loadBalancerClass)"
            f" && !('{tke.SERVICE_MODE}' in variables.said && variables.said['{tke.SERVICE_MODE}'] == '{tke.MODE_SKIP}')"
        ),
        "local": "has(object.spec.externalTrafficPolicy) && object.spec.externalTrafficPolicy == 'Local'",
    },
    "Ingress": {
        "qcloud": (
            f"('{tke.CLASS_ANNOTATION}' in variables.said ? variables.said['{tke.CLASS_ANNOTATION}'] : "
            "has(object.spec.ingressClassName) ? object.spec.ingressClassName : "
            f"'{tke.CLASS_QCLOUD}') == '{tke.CLASS_QCLOUD}'"
        )
    },
}
_SAID = "has(object.metadata.annotations) ? object.metadata.annotations : {}"
_ACTIONS = {Severity.ERROR: ["Deny"], Severity.WARNING: ["Warn"]}
_LONGEST = 1000


def policies() -> Iterator[dict[str, Any]]:
    """Policies and their bindings: errors are refused; what is less certain is a warning to whoever applies the object."""
    for kind in _RESOURCES:
        for severity, actions in _ACTIONS.items():
            rules = [(rule, part) for rule, part in _on_one_object(kind) if _weight(rule) is severity]
            if rules:
                name = f"realip-{kind.lower()}-{severity.value}s"
                yield _policy(name, kind, rules)
                yield {
                    "apiVersion": "admissionregistration.k8s.io/v1",
                    "kind": "ValidatingAdmissionPolicyBinding",
                    "metadata": {"name": name},
                    "spec": {"policyName": name, "validationActions": actions},
                }


def policies_text() -> str:
    """All of them as YAML documents that kubectl takes (JSON is YAML, too)."""
    return "".join(f"---\n{json.dumps(policy, indent=2)}\n" for policy in policies())


def _weight(rule: Rule) -> Severity:
    return Severity.ERROR if rule.severity is Severity.ERROR else Severity.WARNING


def _on_one_object(kind: str) -> Iterator[tuple[Rule, Part]]:
    for rule in RULES:
        for part in rule.parts:
            if kind in part.kinds and part.cel:
                yield rule, part


def _policy(name: str, kind: str, rules: list[tuple[Rule, Part]]) -> dict[str, Any]:
    group, resource = _RESOURCES[kind]
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "failurePolicy": "Ignore",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [group],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": [resource],
                    }
                ]
            },
            "variables": [
                {"name": "said", "expression": _SAID},
                *({"name": each, "expression": expression} for each, expression in _VARIABLES[kind].items()),
            ],
            "validations": [
                {
                    "expression": f"!({part.cel.format_map(_KIND[kind])}) || {_accepted(rule)}",
                    "message": _message(rule),
                    "reason": "Invalid",
                }
                for rule, part in rules
            ],
        },
    }


_KIND: Mapping[str, Mapping[str, str]] = {
    "Service": {"looked_at": "variables.balanced", "foreign": str(sorted(set(keys.INGRESS) - set(keys.SERVICE)))},
    "Ingress": {"looked_at": "variables.qcloud", "foreign": str(sorted(set(keys.SERVICE) - set(keys.INGRESS)))},
}
"""The values of places that a condition about both kinds leaves open."""


def _accepted(rule: Rule) -> str:
    """CEL: the object accepts the rule, as an audit has it."""
    return f"('{IGNORE}' in variables.said && variables.said['{IGNORE}'].matches('(^|;)[ ]*{rule.id}[ ]*:'))"


def _message(rule: Rule) -> str:
    title, when = ENGLISH(f"rule_title_{rule.id}"), ENGLISH(f"rule_when_{rule.id}")
    remedy = ENGLISH(f"rule_remedy_{rule.id}")
    return f"{rule.id}: {title}. {when} {remedy}".replace("\n", " ")[:_LONGEST]
