"""The arguments that say which target is asked, and how: the same words in every command that asks one."""

import argparse
import dataclasses
from collections.abc import Mapping
from typing import Any

from realip.errors import InputError
from realip.verify.ip import known_kind
from realip.verify.options import DEFAULT_PROBES, Plan, VerifyOptions
from realip.verify.text import printable

__all__ = ["add_question", "add_target", "of_outputs", "of_url", "refuse_bytes", "said"]


def add_target(parser: argparse.ArgumentParser, stacks: str) -> None:
    """Describe what is asked; `stacks` is how many stacks may be named: `?` or `*`."""
    target = parser.add_argument_group("what to ask: a stack, or a URL and what its application reads")
    target.add_argument(
        "stack",
        nargs=stacks,
        metavar="STACK",
        help="a stack of this project; `pulumi stack output` is asked for its target",
    )
    target.add_argument("--url", help="the target, as a client outside would write it")
    target.add_argument(
        "--reads",
        metavar="WHAT",
        help="what the application behind --url reads: socket, x-forwarded-for, forwarded, or any header's name",
    )
    target.add_argument("--path", help="path to ask for in place of the URL's own, such as /clientip")
    target.add_argument("--host", metavar="NAME", help="name to send as Host, where an Ingress has rules for names")
    target.add_argument("--ca-file", metavar="FILE", help="PEM certificates to trust instead of the usual authorities")
    target.add_argument(
        "--range",
        action="append",
        default=[],
        metavar="KIND=CIDR",
        help="a network of the cluster, to tell by what an address was translated: KIND is vpc, nodes, pods or services; repeatable, added to the stack's",
    )


def add_question(parser: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    """Describe whose address has to be seen, how an answer is read, and what is sent. Gives the last group, for more."""
    own = parser.add_argument_group("your own address; by default that of your socket, where no NAT is in between")
    own.add_argument(
        "--expect", action="append", default=[], metavar="IP", help="your address as the target sees it; repeatable"
    )
    own.add_argument("--echo", metavar="URL", help="a service that answers with its caller's address")
    own.add_argument("--echo-json-path", metavar="PATH", help="where that answer has the address")
    answer = parser.add_argument_group("how to read the answer")
    answer.add_argument(
        "--json-path", metavar="PATH", help='where the answer has the address: client.ip, headers["X-Forwarded-For"]'
    )
    answer.add_argument(
        "--trusted-hops",
        type=int,
        metavar="N",
        help="the element of the header that the application takes, from the right (default: worked out)",
    )
    probes = parser.add_argument_group("probes")
    probes.add_argument(
        "--probes",
        type=int,
        default=DEFAULT_PROBES,
        metavar="N",
        help="requests to send at least (default: %(default)s)",
    )
    probes.add_argument(
        "--pods", type=int, metavar="N", help="pods that have to answer (default: go on until another one is unlikely)"
    )
    probes.add_argument(
        "--method",
        default="GET",
        metavar="NAME",
        help="method of all requests (default: %(default)s; another may change something)",
    )
    probes.add_argument(
        "--request-header",
        action="append",
        default=[],
        metavar="HEADER",
        help="'Name: value' to send with every request, or 'Name: @env:VARIABLE', 'Name: @file:PATH'; never shown; repeatable",
    )
    probes.add_argument("--family", type=int, choices=(4, 6), help="ask over IPv4 or IPv6 only")
    probes.add_argument(
        "--node",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a node whose node port has to be closed to you; repeatable",
    )
    probes.add_argument("--node-port", type=int, metavar="PORT", help="the port to try on the nodes")
    return probes


def said(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options of a verification that do not depend on its target, as the arguments say them."""
    return {
        "expect": tuple(arguments.expect),
        "echo": arguments.echo,
        "echo_json_path": arguments.echo_json_path,
        "method": arguments.method,
        "request_headers": tuple(arguments.request_header),
        "timeout": arguments.timeout,
        "probes": arguments.probes,
        "json_path": arguments.json_path,
        "host": arguments.host,
        "nodes": tuple(arguments.node),
        "node_port": arguments.node_port,
        "pods": arguments.pods,
        "trusted_hops": arguments.trusted_hops,
        "family": arguments.family,
        "ca_file": arguments.ca_file,
    }


def of_url(arguments: argparse.Namespace, settings: Mapping[str, Any]) -> VerifyOptions:
    """The options for the URL that the arguments name. Raises InputError, also for some that would do nothing there."""
    options = _completed(arguments, VerifyOptions(url=arguments.url, reads=arguments.reads, **settings))
    plan = Plan.of(options)
    idle = []
    if arguments.trusted_hops is not None and plan.reading.header is None:
        idle.append(
            f"--trusted-hops counts the elements of a header, and --reads {arguments.reads} has none: take it out"
        )
    if arguments.ca_file is not None and plan.target.scheme == "http":
        idle.append("--ca-file is for TLS, and --url starts with http://: take it out, or write https://")
    if idle:
        raise InputError("\n".join(idle))
    return options


def of_outputs(
    arguments: argparse.Namespace, settings: Mapping[str, Any], stack: str, outputs: Mapping[str, Any]
) -> VerifyOptions:
    """The options for a stack with these outputs. Raises InputError."""
    return _completed(arguments, VerifyOptions.from_outputs(outputs, stack=stack, **settings))


def refuse_bytes(arguments: argparse.Namespace) -> None:
    """Refuse arguments that are no text: nothing that is asked for can be named by them. Raises InputError."""
    for name, value in vars(arguments).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
                option = "STACK" if name == "stack" else f"--{name.replace('_', '-')}"
                raise InputError(f"{option} {printable(text)!r}: is not UTF-8 text")


def _completed(arguments: argparse.Namespace, options: VerifyOptions) -> VerifyOptions:
    if arguments.path is not None:
        if not arguments.path.startswith("/"):
            raise InputError(f"--path {arguments.path!r}: start it with /")
        options = dataclasses.replace(options, url=Plan.of(options).target.at(arguments.path).url)
    return dataclasses.replace(options, ranges=_ranges(options, arguments.range))


def _ranges(options: VerifyOptions, texts: list[str]) -> dict[str, list[str]]:
    ranges = {kind: list(networks) for kind, networks in options.ranges.items()}
    for text in texts:
        kind, equals, network = text.partition("=")
        if not equals:
            raise InputError(f"--range {printable(text)!r}: write it as KIND=CIDR, for example nodes=10.0.0.0/20")
        ranges.setdefault(known_kind(kind, f"--range {printable(text)!r}"), []).append(network)
    return ranges
