"""The tools by name: which versions will do, where each one is, and how it is made when it is missing."""

import functools
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import gobuild, packages, postgresql, registries
from tools.errors import ToolMissing
from tools.versions import Range, Version

ANSWER_SECONDS = 20.0

PULUMI = gobuild.GoProgram(
    name="pulumi",
    source="github.com/pulumi/pulumi/pkg/v3",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    stamp=lambda version: {"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": f"v{version}"},
    usual="about four minutes on two cores",
)
KUBERNETES = gobuild.GoProgram(
    name="kubernetes",
    source="k8s.io/kubernetes",
    package=".",
    # Clients parse the server's version, and the one that stands in the source is a placeholder.
    stamp=lambda version: {
        f"k8s.io/component-base/version.{name}": value
        for name, value in (
            ("gitVersion", f"v{version}"),
            ("gitMajor", str(version.major)),
            ("gitMinor", str(version.minor)),
        )
    },
    links=("kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl"),
    usual="four to eight minutes on two cores",
)
GOAPPS = gobuild.GoProgram(
    name="goapps",
    source="github.com/gin-gonic/gin",
    package=".",
    stamp=lambda _: {},
    usual="about two minutes on two cores",
)
STACKFILE = gobuild.GoProgram(
    name="stackfile",
    source="github.com/pulumi/pulumi/sdk/v3",
    package=".",
    stamp=lambda _: {},
    usual="about a minute on two cores",
)
HELM = gobuild.GoProgram(
    name="helm",
    source="helm.sh/helm/v4",
    package="helm.sh/helm/v4/cmd/helm",
    stamp=lambda version: {"helm.sh/helm/v4/internal/version.version": f"v{version}"},
    usual="about three minutes on two cores",
)
VERSITYGW = gobuild.GoProgram(
    name="versitygw",
    source="github.com/versity/versitygw",
    package="github.com/versity/versitygw/cmd/versitygw",
    stamp=lambda version: {"main.Version": f"v{version}"},
    usual="about two minutes on two cores",
)
SDKS = gobuild.GoProgram(
    name="sdks",
    source="github.com/pulumi/pulumi/pkg/v3",
    package=".",
    stamp=lambda _: {},
    usual="seconds after a build of pulumi",
)
YAML = gobuild.GoProgram(
    name="yaml",
    source="github.com/pulumi/pulumi-yaml",
    package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    stamp=lambda version: {"github.com/pulumi/pulumi-yaml/pkg/version.Version": f"v{version}"},
    links=("pulumi-language-yaml",),
    usual="about a minute on two cores",
)
CSHARP = gobuild.GoProgram(
    name="csharp",
    source="github.com/pulumi/pulumi/pkg/v3",
    package=".",
    stamp=lambda _: {},
    usual="seconds after a build of yaml",
)
GO_PROGRAMS = {
    program.name: program for program in (PULUMI, KUBERNETES, GOAPPS, STACKFILE, HELM, VERSITYGW, SDKS, YAML, CSHARP)
}


@dataclass(frozen=True)
class OnPath:
    """A program that people may have already: which versions of it will do, and how to ask for the version."""

    program: str
    accepted: Range | None
    """None: any version."""
    ask: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A tool that is there."""

    name: str
    version: Version | None
    path: Path


@dataclass(frozen=True)
class Kept:
    """A tool that is kept in the cache: how it is found there, and how it is made."""

    find: Callable[[], Path | None]
    make: Callable[[], Path]


def _of_package(package: str, program: str) -> Kept:
    """A program of a Debian package, unpacked, so that no service of it is started on the machine."""
    return Kept(
        functools.partial(packages.unpacked, package, program), functools.partial(packages.unpack, package, program)
    )


KEPT = {
    "etcd": _of_package("etcd-server", "usr/bin/etcd"),
    "nginx": _of_package("nginx", "usr/sbin/nginx"),
    "postgres": Kept(postgresql.find, postgresql.make),
    "prometheus": _of_package("prometheus", "usr/bin/prometheus"),
    "promtool": _of_package("prometheus", "usr/bin/promtool"),
    "software-python": Kept(registries.python, registries.make_python),
    "software-node": Kept(registries.node, registries.make_node),
    "policy-python": Kept(registries.policy, registries.make_policy),
    "languages-node": Kept(
        functools.partial(registries.node, registries.LANGUAGES),
        functools.partial(registries.make_node, registries.LANGUAGES),
    ),
    "languages-java": Kept(registries.java, registries.make_java),
}

ON_PATH = {
    # What the SDK in requirements.txt speaks to; the lowest is the one that we build and test with.
    "pulumi": OnPath("pulumi", Range(PULUMI.version, Version(4, 0)), ("version",)),
    "etcd": OnPath("etcd", Range(Version(3, 4), Version(4, 0)), ("--version",)),
    "openssl": OnPath("openssl", Range(Version(1, 1, 1), Version(5, 0)), ("version",)),
    # Not every setpriv can end a program with its parent: this one's releases could from 2.33 on.
    "setpriv": OnPath("setpriv", Range(Version(2, 33), Version(3, 0)), ("--version",)),
}

GROUPS = {
    "lab": {
        "haproxy": "haproxy",
        "wrk": "wrk",
        "tcpdump": "tcpdump",
        "iptables": "iptables",
        "ip": "iproute2",
        "conntrack": "conntrack",
    },
    "browser": {"chromium": "chromium"},
    "software": {"haproxy": "haproxy", "node": "nodejs", "npm": "npm"},
    "languages": {
        "node": "nodejs",
        "npm": "npm",
        "java": "default-jdk-headless",
        "javac": "default-jdk-headless",
        "mvn": "maven",
    },
}
"""Programs that only some targets need, with the Debian package that each one is in."""

SERVERS = ("postgres", "versitygw")
"""What keeps states in the tests of backends: a database, and a store that speaks S3."""

STANDARD = ("pulumi", "stackfile", "helm", "kubernetes", "etcd", "openssl", "setpriv", *SERVERS)
"""What ``make tools`` makes ready."""

LAB = tuple(name for name in STANDARD if name not in {"pulumi", "stackfile", "helm", *SERVERS})
"""What the lab needs of it: it applies what a stack renders, without an engine."""

POLICY = ("policy-python",)
"""What the engine runs the policy pack with."""

SOFTWARE = ("software-python", "software-node", "nginx", "setpriv", "goapps", "prometheus", "promtool")
"""Frameworks and proxies that people run, which `realip verify` is tried on, and what asks `realip watch`."""

LANGUAGES = ("sdks", "yaml", "csharp", "languages-node", "languages-java")
"""What programs in other languages are written, compiled and run with; besides Go, which builds all of it."""


@functools.cache
def locate(name: str) -> Path:
    """The path of a tool that is ready to run; nothing is built or installed.

    Names are those of :data:`STANDARD`, :data:`SOFTWARE` and :data:`LANGUAGES`, the parts of Kubernetes (``kubectl``,
    ``kube-apiserver``, ``kube-controller-manager``, ``kube-proxy``, ``kube-scheduler``) and the programs of :data:`GROUPS`.
    Raises :class:`ToolMissing`, which says what to run.
    """
    for group, members in GROUPS.items():
        if name in members:
            if path := packages.find(name):
                return path
            raise ToolMissing(
                f"{name} is not on PATH: run  python3 -m tools --{group}  (Debian package {members[name]})"
            )
    if path := _ready(name, lambda _: None):
        return path
    raise ToolMissing(f"{name} is not ready: run  {_maker(name)}")


def _maker(name: str) -> str:
    """The command that makes a tool ready."""
    for flag, made in (("software", SOFTWARE), ("policy", POLICY), ("languages", LANGUAGES)):
        if name in made:
            return f"python3 -m tools --{flag}"
    return "make tools"


def names() -> list[str]:
    """Every name that :func:`locate` knows."""
    grouped = (name for members in GROUPS.values() for name in members)
    return list(dict.fromkeys([*STANDARD, *KUBERNETES.links, *POLICY, *SOFTWARE, *LANGUAGES, *grouped]))


def prepare(name: str, note: Callable[[str], None]) -> Found:
    """Find a tool of :data:`STANDARD` or :data:`SOFTWARE`, else make it. ``note`` is told why a program on PATH was passed over.

    Raises :class:`ToolMissing` where it can be neither found nor made.
    """
    path = _ready(name, note) or _make(name)
    locate.cache_clear()
    program = GO_PROGRAMS.get(name)
    if program is not None and program.built() == path:
        return Found(name, program.version, path)
    return Found(name, _version(path, ON_PATH[name].ask) if name in ON_PATH else None, path)


def prepare_group(group: str) -> list[Found]:
    """Make a group's programs ready, with apt where one is missing. Raises :class:`ToolMissing`."""
    members = GROUPS[group]
    missing = sorted({package for program, package in members.items() if packages.find(program) is None})
    if missing:
        packages.install(missing)
    return [Found(program, None, locate(program)) for program in members]


def _ready(name: str, note: Callable[[str], None]) -> Path | None:
    if name in ON_PATH and (path := _on_path(ON_PATH[name], note)):
        return path
    if name in KEPT:
        return KEPT[name].find()
    if name in KUBERNETES.links:
        return KUBERNETES.built(name)
    if name in GO_PROGRAMS:
        return GO_PROGRAMS[name].built()
    if name in ON_PATH:
        return None
    raise ValueError(f"no tool is called {name!r}; there are {', '.join(names())}")


def _make(name: str) -> Path:
    if name in GO_PROGRAMS:
        return gobuild.build(GO_PROGRAMS[name])
    if name in KEPT:
        try:
            return KEPT[name].make()
        except ToolMissing as missing:
            if name not in ON_PATH:
                raise
            raise ToolMissing(f"{name}: {missing}; or put {name} on PATH ({ON_PATH[name].accepted})") from None
    packages.install([name])
    path = packages.find(name)
    if path is None:
        raise ToolMissing(f"{name}: its package is installed, but it is not on PATH")
    return path


def _on_path(wanted: OnPath, note: Callable[[str], None]) -> Path | None:
    path = packages.find(wanted.program)
    if path is None:
        return None
    version = _version(path, wanted.ask)
    if version is None:
        note(f"{path} is passed over: it does not say its version")
    elif wanted.accepted is not None and version not in wanted.accepted:
        note(f"{path} is passed over: it is {version}, supported is {wanted.accepted}")
    else:
        return path
    return None


def _version(path: Path, ask: tuple[str, ...]) -> Version | None:
    try:
        answer = subprocess.run(
            [path, *ask],
            # Pulumi's own check for updates would ask the network.
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Version.find(answer.stdout) if answer.returncode == 0 else None
