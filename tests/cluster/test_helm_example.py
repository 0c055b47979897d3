"""The example with a Helm chart: the Service has to find the pods that the real helm makes of it, on their port."""

import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.recording import Recording, run
from tools import ToolMissing, locate

EXAMPLE = Path(__file__).parents[2] / "examples" / "helm_app"


@pytest.fixture(scope="module")
def registered() -> Recording:
    program = str(EXAMPLE / "__main__.py")
    return run(lambda: runpy.run_path(program, run_name="__main__"), config={"realip:kubeconfig": "{}"})


@pytest.fixture(scope="module")
def pod(registered: Recording, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The pod template that helm makes of the chart, with the values of the program's release."""
    try:
        helm = locate("helm")
    except ToolMissing as missing:
        pytest.skip(str(missing))
    release = registered.one("Release").inputs
    values = tmp_path_factory.mktemp("helm") / "values.yaml"
    values.write_text(yaml.safe_dump(release["values"]))
    home = {f"HELM_{kind}_HOME": str(values.parent / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
    command = [helm, "template", release["name"], release["chart"], "--namespace", release["namespace"]]
    rendered = subprocess.run(
        [*command, "--values", values], env=home, capture_output=True, text=True, check=True, timeout=60
    )
    (deployment,) = yaml.safe_load_all(rendered.stdout)
    assert deployment["metadata"]["namespace"] == release["namespace"]
    template: dict[str, Any] = deployment["spec"]["template"]
    return template


def test_the_service_finds_the_pods_of_the_chart(registered: Recording, pod: dict[str, Any]) -> None:
    service = registered.one("core/v1:Service").inputs
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert service["metadata"]["namespace"] == registered.one("Release").inputs["namespace"]


def test_the_service_leads_to_the_port_that_the_chart_opens(registered: Recording, pod: dict[str, Any]) -> None:
    (port,) = registered.one("core/v1:Service").inputs["spec"]["ports"]
    assert [port["targetPort"]] == [listening["containerPort"] for listening in pod["spec"]["containers"][0]["ports"]]
