"""Certificates of a load balancer: the Secrets that name them to TKE."""

from collections.abc import Iterator

import pulumi
from pulumi_kubernetes.core import v1 as core

from realip import exposure_rules, tke
from realip.components._arguments import Arguments, Known
from realip.components._component import Children
from realip.components.load_balancer import of_the_api_server
from realip.problems import Problem

__all__ = ["certificate_problems", "certified", "make_certificate"]


def certified(entry: Known) -> bool:
    """A port or a host has a certificate."""
    return bool({"certificate_id", "certificate_secret"} & entry.said)


def certificate_problems(arguments: Arguments, entry: Known) -> Iterator[Problem]:
    """Two ways to say one certificate."""
    if {"certificate_id", "certificate_secret"} <= entry.said:
        message = exposure_rules.one_certificate("certificate_id")
        yield arguments.refuse("certificate_secret", entry.get("certificate_secret"), message)


def make_certificate(
    children: Children,
    resource: str,
    name: "pulumi.Input[str]",
    namespace: "pulumi.Input[str]",
    certificate_id: "pulumi.Input[str]",
) -> pulumi.Output[str]:
    """The Secret that names a certificate of Tencent Cloud by its id, and the Secret's name, which comes after it."""
    made = core.Secret(
        resource,
        type="Opaque",
        metadata={"name": name, "namespace": namespace},
        string_data={tke.CERTIFICATE_ID: certificate_id},
        opts=children.options(custom_timeouts=of_the_api_server()),
    )
    return made.metadata.name
