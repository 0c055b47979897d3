"""`realip audit`: the command line of the audit."""

import argparse
import sys
from collections.abc import Callable

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
from realip.messages import add_language, speaker
from realip.terminal import print_page
from realip.whole_file import WholeFile

__all__ = ["add_arguments", "run"]

_NETWORKS = {
    "vpc-cni": PodNetwork.VPC_CNI,
    "globalrouter": PodNetwork.GLOBAL_ROUTER,
    "cilium-overlay": PodNetwork.CILIUM_OVERLAY,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments to a parser."""
    what = parser.add_argument_group("what to look at")
    what.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders of YAML or JSON, or - for standard input"
    )
    what.add_argument(
        "--network",
        choices=list(_NETWORKS),
        help="the cluster's network mode, where no Node among the objects shows it",
    )
    report = parser.add_argument_group("the report")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the report as JSON")
    form.add_argument("--sarif", action="store_true", help="print it as SARIF 2.1.0, for code scanning")
    form.add_argument("--junit", action="store_true", help="print it as JUnit XML, for CI")
    report.add_argument("--html", metavar="FILE", help="write a page to file as well")
    report.add_argument("--baseline", metavar="FILE", help="an earlier --json: only findings that it lacks count")
    add_language(report)


def run(arguments: argparse.Namespace) -> int:
    """Audit as the arguments say and print the report. Gives the exit code; raises InputError for bad input."""
    file = None if arguments.html is None else WholeFile(arguments.html, "--html")
    report = _report(arguments)
    if arguments.baseline is not None:
        without_known(report, arguments.baseline)
    code = report.exit_code if file is None else _write(file, report, arguments)
    if (form := _form(arguments)) is not None:
        return streams.put(form(report), code)
    return print_page(page(report, speaker(arguments.lang, sys.stdout.encoding)), code=code)


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


def _report(arguments: argparse.Namespace) -> Report:
    if not arguments.paths:
        raise InputError("say what to audit: a PATH of YAML or JSON, or - for standard input")
    texts = Texts.read(arguments.paths)
    return examine([World(texts.found, facts=_facts(arguments))], texts.texts)


def _facts(arguments: argparse.Namespace) -> ClusterFacts:
    return ClusterFacts(network=_NETWORKS.get(arguments.network or ""))
