"""Conditions on annotations in CEL, as the policies of `realip.audit.admission` have them: `variables.said` are an object's annotations."""

__all__ = ["asks_nat64", "has", "is_blank", "is_true"]

_NAT64 = '\'(?i)"AddressIPVersion"[ \\t\\n]*:[ \\t\\n]*"IPV6"\''
"""A pattern: the parameters are JSON in a text, and CEL reads none."""


def has(key: str) -> str:
    """An annotation is there."""
    return f"('{key}' in variables.said)"


def is_true(key: str) -> str:
    """An annotation is `true`."""
    return f"({has(key)} && variables.said['{key}'] == 'true')"


def is_blank(key: str) -> str:
    """An annotation is not there, or says nothing."""
    return f"!({has(key)} && variables.said['{key}'].trim() != '')"


def asks_nat64(key: str) -> str:
    """Parameters of a load balancer ask for NAT64."""
    return f"({has(key)} && variables.said['{key}'].matches({_NAT64}))"
