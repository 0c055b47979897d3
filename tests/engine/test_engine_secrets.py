"""An administrator's token, key and password are in plain text nowhere, whatever happens."""

import json

import pytest

from tests.engine.conftest import CLUSTERS, Live
from tests.engine.driver import WITH_PASSPHRASE, Project
from tests.engine.standins.faults import Fault, Refusal


def leaks(project: Project, texts: dict[str, str]) -> list[str]:
    """Where a secret of any cluster that ever was can be read."""
    secrets = project.world.cloud.secrets()
    assert len(secrets) >= 3, "there is nothing to look for"
    return [f"{secret} in {where}" for where, text in texts.items() for secret in secrets if secret in text]


@pytest.mark.parametrize("stack", CLUSTERS)
def test_state_outputs_logs_and_diagnostics_hold_no_secret_in_plain_text(live: Live, stack: str) -> None:
    project = live(stack, secrets_provider=WITH_PASSPHRASE)
    said = {"preview": project.preview().succeeded().text, "up": project.up().succeeded().text}
    said["refresh"] = project.refresh().succeeded().text
    said["details"] = project.preview("--diff", "--refresh").succeeded().text
    said["json"] = project.preview("--json").succeeded().text
    project.world.cloud.rotate()
    said["rotated"] = project.up("--refresh", "--diff").succeeded().text
    said["export"] = json.dumps(project.export())
    said["outputs"] = json.dumps(project.outputs())
    said["stack"] = project.cli("stack", "--show-urns", "--show-ids", "--stack", stack).succeeded().text
    assert leaks(project, {**said, **dict(project.texts())}) == []
    in_plain_text = {"outputs": json.dumps(project.outputs(show_secrets=True))}
    assert leaks(project, in_plain_text), "the search finds nothing where there is a secret: it proves nothing"


def test_a_failing_update_says_why_without_its_credentials(live: Live) -> None:
    project = live("vpc-cni-direct-native", secrets_provider=WITH_PASSPHRASE)

    def refuse(_: object) -> None:
        raise Refusal("Unauthorized", "the API server refused the provider's credentials")

    project.world.faults.arm(Fault(lambda c: c.changes and c.package == "kubernetes", refuse, times=99))
    said = {"up": project.up("--diff", "--debug").failed().text}
    assert "the API server refused" in said["up"]
    assert leaks(project, {**said, **dict(project.texts())}) == []
