"""`realip audit`: the command line of the audit."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from realip import streams
from realip.audit.examine import examine, without_known
from realip.audit.files import Texts
from realip.audit.html import html
from realip.audit.junit import junit_text
from realip.audit.report import Report
from realip.audit.sarif import sarif_text
from realip.audit.table import page
from realip.audit.world import World
from realip.behaviour import ClusterFacts, PodNetwork
from realip.errors import InputError
from realip.messages import Message, Speaker, add_language, speaker
from realip.terminal import Line, Span, live, print_page
from realip.whole_file import WholeFile

if TYPE_CHECKING:
    from realip.audit.proof import Proof

__all__ = ["add_arguments", "run"]

_NETWORKS = {
    "vpc-cni": PodNetwork.VPC_CNI,
    "globalrouter": PodNetwork.GLOBAL_ROUTER,
    "cilium-overlay": PodNetwork.CILIUM_OVERLAY,
}

_LISTING_SECONDS = 120.0
_PROOF_SECONDS = 30.0
_SHORTEST, _LONGEST = 1.0, 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    _add_objects(parser)
    _add_report(parser)
    _add_proof(parser)
    change = parser.add_argument_group("changing")
    change.add_argument(
        "--fix", action="store_true", help="write the objects that have to change, changed, to the folder of -o"
    )
    change.add_argument("-o", "--output", metavar="DIR", type=Path, help="where --fix writes; the input stays as it is")


def _add_objects(parser: argparse.ArgumentParser) -> None:
    what = parser.add_argument_group("what to look at")
    what.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders of YAML or JSON, - for standard input; of a stack file the project's program is run",
    )
    what.add_argument(
        "--kubeconfig", metavar="FILE", help="a cluster, by its kubeconfig; objects are listed, never changed"
    )
    what.add_argument("--context", metavar="NAME", help="another of its contexts than the current one")
    what.add_argument(
        "--timeout",
        type=float,
        metavar="S",
        help=f"bound of listing a cluster's objects, in seconds (default: {_LISTING_SECONDS:g})",
    )
    what.add_argument(
        "--state",
        metavar="FILE-or-STACK",
        help="a Pulumi state: what `pulumi stack export` wrote, or a stack to export",
    )
    what.add_argument(
        "--network",
        choices=list(_NETWORKS),
        help="the cluster's network mode, where no Node among the objects shows it",
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    report = parser.add_argument_group("the report")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the report as JSON")
    form.add_argument("--sarif", action="store_true", help="print it as SARIF 2.1.0, for code scanning")
    form.add_argument(
        "--admission-policy",
        action="store_true",
        help="print the rules that one object shows as ValidatingAdmissionPolicies, and audit nothing",
    )
    form.add_argument("--junit", action="store_true", help="print it as JUnit XML, for CI")
    report.add_argument("--html", metavar="FILE", help="write a page to file as well")
    report.add_argument("--baseline", metavar="FILE", help="an earlier --json: only findings that it lacks count")
    add_language(report)


def _add_proof(parser: argparse.ArgumentParser) -> None:
    proof = parser.add_argument_group("proof")
    proof.add_argument(
        "--verify",
        action="store_true",
        help="ask each exposure that has an address, as `realip verify` does, and compare",
    )
    proof.add_argument(
        "--expect", action="append", default=[], metavar="IP", help="your address as the targets see it; repeatable"
    )
    proof.add_argument(
        "--verify-timeout",
        type=float,
        metavar="S",
        help=f"bound of each verification, in seconds (default: {_PROOF_SECONDS:g})",
    )


def run(arguments: argparse.Namespace) -> int:
    """Audit as the arguments say and print the report. Gives the exit code; raises InputError for bad input."""
    if arguments.admission_policy:
        return _admission(arguments)
    _refuse_idle(arguments)
    if arguments.fix != (arguments.output is not None):
        raise InputError(
            "--fix and -o DIR go together: the input is never changed, and DIR is where the changed objects go"
        )
    file = None if arguments.html is None else WholeFile(arguments.html, "--html")
    worlds, texts, notes = _read(arguments)
    report = examine(worlds, texts)
    report.notes += notes
    if arguments.verify:
        report.proofs = _prove(report, worlds, arguments)
    if arguments.baseline is not None:
        without_known(report, arguments.baseline)
    code = report.exit_code if file is None else _write(file, report, arguments)
    written = _fix(worlds, texts, arguments) if arguments.fix else []
    if (form := _form(arguments)) is not None:
        tells = speaker(arguments.lang, sys.stderr.encoding)
        for note in report.notes:  # a form that a program reads has no place for what was not seen
            streams.complain(tells.say(note))
        return streams.put(form(report), code)
    say = speaker(arguments.lang, sys.stdout.encoding)
    return print_page([*page(report, say), *_about(written, say, asked=arguments.fix)], code=code)


_GO_TOGETHER = {"context": "kubeconfig", "timeout": "kubeconfig", "expect": "verify", "verify_timeout": "verify"}
"""Options that say nothing without another one."""


def _refuse_idle(arguments: argparse.Namespace) -> None:
    idle = [
        f"{_option(name)} goes with {_option(needed)}"
        for name, needed in _GO_TOGETHER.items()
        if _is_said(arguments, name) and not _is_said(arguments, needed)
    ]
    if idle:
        raise InputError("\n".join(idle))


def _is_said(arguments: argparse.Namespace, name: str) -> bool:
    """An option is there; a number of seconds may be zero."""
    value = getattr(arguments, name)
    return value is not None and value is not False and value != []


def _option(name: str) -> str:
    return "PATH" if name == "paths" else f"--{name.replace('_', '-')}"


def _prove(report: Report, worlds: Sequence[World], arguments: argparse.Namespace) -> "list[Proof]":
    """Ask what can be asked."""
    from realip.audit.proof import prove  # noqa: PLC0415 - what is not asked for is not loaded

    seconds = _seconds(arguments, "verify_timeout", _PROOF_SECONDS)
    say = speaker(arguments.lang, sys.stderr.encoding)
    made: list[Proof] = []
    with live() as tell:
        for world in worlds:
            mine = [(row.exposure, row.found) for row in report.rows if row.world == world.name]
            made += prove(mine, world, seconds, arguments.expect, lambda what: tell(say.say(what)))
    return made


def _fix(worlds: Sequence[World], texts: Mapping[str, str], arguments: argparse.Namespace) -> list[Path]:
    """Write the changed objects. Gives the files."""
    from realip.audit.fix import fixed_objects  # noqa: PLC0415 - what is not asked for is not loaded
    from realip.audit.patches import write_patches  # noqa: PLC0415

    fixed = [each for world in worlds for each in fixed_objects(world)]
    return write_patches(fixed, texts, arguments.output, speaker(arguments.lang)) if fixed else []


def _about(written: Sequence[Path], say: Speaker, *, asked: bool) -> Iterator[Line]:
    if asked and not written:
        yield [Span(say("audit_fix_none"), "aside")]
    for path in written:
        yield [Span(say("audit_fix_written", file=str(path)), "decisive")]


def _admission(arguments: argparse.Namespace) -> int:
    """Print the policies. Gives the exit code."""
    from realip.audit.admission import policies_text  # noqa: PLC0415 - what is not asked for is not loaded

    beside = sorted(
        _option(name)
        for name in vars(arguments)
        if name not in {"command", "lang", "admission_policy"} and _is_said(arguments, name)
    )
    if beside:
        raise InputError(f"--admission-policy prints policies and audits nothing: take out {', '.join(beside)}")
    return streams.put(policies_text(), 0)


def _form(arguments: argparse.Namespace) -> Callable[[Report], str] | None:
    """The form that programs read; None for the table."""
    forms: dict[str, Callable[[Report], str]] = {"json": Report.to_json_text, "sarif": sarif_text, "junit": junit_text}
    return next((form for name, form in forms.items() if getattr(arguments, name)), None)


def _write(file: WholeFile, report: Report, arguments: argparse.Namespace) -> int:
    try:
        file.write(html(report, speaker(arguments.lang)))
    except InputError as error:
        streams.complain(str(error))
        return streams.CANNOT_WRITE
    return report.exit_code


def _read(arguments: argparse.Namespace) -> tuple[list[World], Mapping[str, str], list[Message]]:
    """The worlds to look at, the texts that they come from, and what was not seen."""
    given = [name for name in ("paths", "kubeconfig", "state") if getattr(arguments, name)]
    if len(given) != 1:
        asked = "one of them, not several" if given else "or - for standard input"
        raise InputError(f"say what to audit: PATH..., --kubeconfig FILE or --state FILE-or-STACK; {asked}")
    if arguments.state:
        from realip.audit.state import state_world  # noqa: PLC0415 - what is not asked for is not loaded

        return [state_world(arguments.state, _facts(arguments).network)], {}, []
    if arguments.kubeconfig:
        return _live(arguments)
    texts = Texts.read(arguments.paths)
    worlds = [World(texts.found, facts=_facts(arguments))] if texts.found or not texts.stacks else []
    if texts.stacks:
        from realip.audit.state import stack_world  # noqa: PLC0415

        worlds += [stack_world(path, _facts(arguments).network) for path in texts.stacks]
    return worlds, texts.texts, list(texts.notes)


def _live(arguments: argparse.Namespace) -> tuple[list[World], Mapping[str, str], list[Message]]:
    from realip.audit.live import list_cluster  # noqa: PLC0415
    from realip.kubeconfig import KubernetesError, read_kubeconfig  # noqa: PLC0415

    seconds = _seconds(arguments, "timeout", _LISTING_SECONDS)
    file = Path(arguments.kubeconfig)
    say = speaker(arguments.lang, sys.stderr.encoding)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "is no UTF-8 text"
        raise InputError(f"--kubeconfig {file}: cannot be read: {why}") from None
    try:
        kubeconfig = read_kubeconfig(text, context=arguments.context, folder=file.parent, programs=True)
        with live() as tell:
            listing = list_cluster(kubeconfig, seconds, lambda what: tell(say.say(what)))
    except KubernetesError as error:
        raise InputError(f"--kubeconfig {file}: {error}") from None
    world = World(listing.found, facts=_facts(arguments), live=True, hidden=listing.hidden)
    return [world], {}, listing.notes


def _seconds(arguments: argparse.Namespace, name: str, default: float) -> float:
    found: float = default if getattr(arguments, name) is None else getattr(arguments, name)
    if not _SHORTEST <= found <= _LONGEST:
        raise InputError(f"{_option(name)} {found:g}: give seconds from {_SHORTEST:g} to {_LONGEST:g}")
    return found


def _facts(arguments: argparse.Namespace) -> ClusterFacts:
    return ClusterFacts(network=_NETWORKS.get(arguments.network or ""))
