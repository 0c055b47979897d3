"""Transforms of a program in the offline commands: what is changed is shown, and what undoes the scenario is refused as by `pulumi up`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.running import Run

PROGRAM = """
import pulumi

from realip import RealIpStack, load_settings


def change(args):
    if args.type_ == KIND:
        CHANGE
        return pulumi.ResourceTransformationResult(args.props, args.opts)


RealIpStack("realip", load_settings(), pulumi.ResourceOptions(transformations=[change]))
"""
SERVICE, INGRESS = "kubernetes:core/v1:Service", "kubernetes:networking.k8s.io/v1:Ingress"
ANNOTATIONS = 'args.props["metadata"]["annotations"]'


def _write(project: Path, change: str, kind: str = SERVICE) -> None:
    program = PROGRAM.replace("KIND", repr(kind)).replace("CHANGE", change)
    (project / "__main__.py").write_text(program, "utf-8")


def test_a_preview_shows_what_a_transformation_adds(project: Path, realip: Callable[..., Run]) -> None:
    _write(project, f'{ANNOTATIONS}["example.com/owner"] = "edge"')
    shown = realip("preview", "vpc-cni-direct-native")
    assert shown.code == 0
    assert 'example.com/owner: "edge"' in shown.out


@pytest.mark.parametrize(
    ("stack", "undo", "words"),
    [
        (
            "vpc-cni-direct-native",
            (SERVICE, f'del {ANNOTATIONS}["service.cloud.tencent.com/direct-access"]'),
            'Service default/clb-direct-pod: metadata.annotations["service.cloud.tencent.com/direct-access"] is gone',
        ),
        (
            "vpc-cni-nondirect-native-local",
            (SERVICE, 'args.props["spec"]["external_traffic_policy"] = "Cluster"'),
            'spec.externalTrafficPolicy = "Cluster"',
        ),
        (
            "vpc-cni-direct-native-ingress",
            (INGRESS, f'{ANNOTATIONS}["ingress.cloud.tencent.com/direct-access"] = "false"'),
            'metadata.annotations["ingress.cloud.tencent.com/direct-access"] = "false"',
        ),
    ],
)
def test_a_transformation_that_undoes_the_scenario_is_refused(
    project: Path, realip: Callable[..., Run], stack: str, undo: tuple[str, str], words: str
) -> None:
    """Shown as if it held, a preview would promise the client's address where `up` writes none."""
    kind, change = undo
    _write(project, change, kind)
    for command in ("preview", "render"):
        told = realip(command, stack)
        assert (told.code, told.out) == (2, "")
        assert words in told.err
        assert "leave it out of the transform" in told.err


@pytest.mark.parametrize(
    "line",
    [
        'RealIpStack("realip", load_settings(), pulumi.ResourceOptions(transforms=[lambda args: None]))',
        "pulumi.runtime.register_resource_transform(lambda args: None)",
    ],
)
def test_a_program_with_transforms_ends_and_is_told_what_works_here(
    project: Path, process: Callable[..., Run], line: str
) -> None:
    """They need a server, for which the command would wait for ever."""
    program = f"import pulumi\n\nfrom realip import RealIpStack, load_settings\n\n{line}\n"
    (project / "__main__.py").write_text(program, "utf-8")
    told = process("preview", "vpc-cni-direct-native")
    assert (told.code, told.out) == (2, "")
    assert "`transformations`" in told.err
    assert len(told.err.splitlines()) == 1
