"""The rules that values of an exposure keep, beside `realip.rules`: hosts, paths, certificates.

Plain functions that raise ValueError, and the words of rules about several values, which settings and arguments look at apart.
"""

import re

from realip import rules, tke

__all__ = [
    "ANOTHER_SERVICES_PORT",
    "FOR_A_PUBLIC_ONE",
    "NO_PORT_OF_THE_SERVICE",
    "certificate_id",
    "forwarded_host",
    "forwarded_path",
    "health_check_host",
    "one_certificate",
    "service_config_name",
]

FOR_A_PUBLIC_ONE = "is for a public load balancer that TKE makes; remove it"
NO_PORT_OF_THE_SERVICE = "is missing; say which port of the Service the path leads to"
ANOTHER_SERVICES_PORT = "is another Service's; name the service, or remove it"

_HOST = re.compile(r"(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+")
"""As TKE 81004 has it (E4052)."""
_PATH = re.compile(r"/[A-Za-z0-9._/=?-]*")
"""As CLB 9032 has it, for paths that are no regular expressions."""
_CERTIFICATE_ID = re.compile(r"[A-Za-z0-9]{6,32}")
_ADDRESS = re.compile(r"\.".join(["0*([0-9]{1,3})"] * 4))
_EXPRESSION = frozenset("~^$*()[]{}|\\+")


def forwarded_host(value: str) -> str:
    """A host of layer 7: a domain name in lower case with a dot, or a wildcard such as `*.example.com`."""
    if _is_address(value):
        raise ValueError(
            "is an IP address, which Kubernetes takes for no host (networking/v1); leave hosts out, and every request to the load "
            "balancer's address leads to the app"
        )
    return _domain(value)


def _is_address(value: str) -> bool:
    """IPv4 as Kubernetes reads it, which lets numbers begin with 0; what has a colon is no host anyway."""
    steps = _ADDRESS.fullmatch(value)
    return steps is not None and all(int(step) < 256 for step in steps.groups())


def _domain(value: str) -> str:
    if _HOST.fullmatch(value.lower()) and value != value.lower():
        raise ValueError(f"has upper-case letters, which TKE refuses (E4052); write {value.lower()}")
    if "." not in value:
        raise ValueError("has no dot, which TKE refuses (E4052); write a whole domain name, such as shop.example.com")
    if value.startswith("~"):
        raise ValueError("is a regular expression, which TKE refuses (E4052); write the hosts out, or *.example.com")
    if not _HOST.fullmatch(value):
        raise ValueError(
            "is not a host that TKE takes (E4052); write a domain name in lower case, such as shop.example.com or *.example.com"
        )
    if len(value) > tke.MAX_HOST_LENGTH:
        raise ValueError(f"has {len(value)} characters; use at most {tke.MAX_HOST_LENGTH} (CLB 9032)")
    if longest := next((label for label in value.split(".") if len(label) > 63), None):
        raise ValueError(f"has {len(longest)} characters between two dots; DNS takes at most 63")
    return value


def health_check_host(value: str) -> str:
    """The host that health checks ask for, which is no wildcard."""
    if value.startswith("*"):
        raise ValueError("is a wildcard, and a check asks for one host (CLB 9032); write one such as shop.example.com")
    return _domain(value)


def forwarded_path(value: str) -> str:
    """A path of layer 7: everything under it goes the same way."""
    if value.startswith(("~", "=", "^")) or _EXPRESSION & set(value):
        raise ValueError("is a regular expression, which TKE refuses (E4031); write the start of a path, such as /api")
    if not value.startswith("/"):
        raise ValueError("does not start with /; write a path such as /api")
    if not _PATH.fullmatch(value):
        raise ValueError(
            "has characters that TKE refuses (E4031); use letters, digits, '.', '_', '-', '/', '=' and '?' (CLB 9032)"
        )
    if {"", ".", ".."} & set(value[1:].removesuffix("/").split("/")) - ({""} if value == "/" else set()):
        raise ValueError("has an empty step, '.' or '..' in it, which Kubernetes refuses; write the path without")
    if len(value) > tke.MAX_PATH_LENGTH:
        raise ValueError(f"has {len(value)} characters; use at most {tke.MAX_PATH_LENGTH} (CLB 9032)")
    return value


def certificate_id(value: str) -> str:
    """The id of a certificate in Tencent Cloud's SSL Certificate Service: letters and digits, without a prefix."""
    if not _CERTIFICATE_ID.fullmatch(value):
        raise ValueError(
            "is not a certificate's id; write one such as 1a2B3c4D, as the SSL Certificate Service lists it"
        )
    return value


def one_certificate(by_id: str) -> str:
    """The words for a Secret beside the id of a certificate, which is said in `by_id`."""
    return f"names a Secret, and {by_id} makes one; remove one of the two"


def service_config_name(value: str) -> str:
    """The name of a TkeServiceConfig that people make."""
    rules.dns_subdomain(value)
    if ending := next((ending for ending in tke.SERVICE_CONFIG_RESERVED if value.endswith(ending)), None):
        raise ValueError(f"ends in {ending}, as the configs that TKE makes itself do (E4051); take another name")
    return value
