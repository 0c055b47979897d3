"""A create that happened and whose answer was lost: what one more `up` does, and whose limit it is.

The engine cannot know what a provider did for it when it died. Kubernetes and TKE refuse the second object by its name or
its network; a VPC, an address or a node pool may exist twice, and only the provider could tell: the README says how to
find and delete what is left.
"""

import pytest

from tests.engine.conftest import Live
from tests.engine.driver import Project
from tests.engine.standins.calls import Call
from tests.engine.standins.faults import Fault, Refusal


def lose_answer(project: Project, *kinds: str) -> tuple[str, str]:
    """Kill the engine just after the cloud made the first resource of these types, or whose name ends so; which, and its name."""
    lost: list[str] = []

    def strike(_: Call) -> None:
        project.kill()
        raise Refusal("StandIn.NobodyListens", "the engine is dead")

    def meant(call: Call) -> bool:
        if call.changes and call.method == "Create":
            lost[:] = [kind for kind in kinds if call.type.endswith(f":{kind}") or call.name.endswith(kind)]
            return bool(lost)
        return False

    fault = project.world.faults.arm(Fault(meant, strike, after=True))
    project.up("--parallel", "1")
    project.world.faults.clear()
    project.cancel().succeeded()
    assert fault.hits, f"none of {kinds} was made"
    return lost[0], fault.hits[0].name


@pytest.mark.parametrize(
    ("stack", "kind"),
    [
        ("globalrouter-direct-native", "GroupRuleSet"),
        ("globalrouter-direct-native", "ConfigMapPatch"),
    ],
)
def test_what_is_set_rather_than_made_is_simply_set_again(live: Live, stack: str, kind: str) -> None:
    project = live(stack)
    lose_answer(project, kind)
    project.up().succeeded()
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []


@pytest.mark.parametrize(
    ("stack", "kind", "token"),
    [
        ("globalrouter-direct-native", "Instance", "tencentcloud:"),
        ("globalrouter-direct-native", "Table", "tencentcloud:Route/table:Table"),
        ("globalrouter-direct-native", "NativeNodePool", "tencentcloud:Kubernetes/nativeNodePool:NativeNodePool"),
        ("vpc-cni-direct-super", "ServerlessNodePool", "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool"),
    ],
)
def test_a_resource_without_a_unique_name_is_left_over_and_the_engine_names_it(
    live: Live, stack: str, kind: str, token: str
) -> None:
    """The provider's limit: Tencent Cloud's create calls carry no idempotency token."""
    project = live(stack)
    _, name = lose_answer(project, kind)
    resumed = project.up()
    assert name in resumed.text
    assert "interrupted while creating" in resumed.text
    twice = [urn for urn, number in project.world.cloud.made.items() if number > 1]
    assert [urn.rpartition("::")[2] for urn in twice] == [name]


ONCE = {
    "globalrouter-direct-native": {
        "Cluster": "CidrConflictWithOtherCluster",
        "ClusterEndpoint": "has an endpoint already",
        "TableEntry": "for that range already",
        "Deployment": "already exists",
        "Service": "already exists",
    },
    "globalrouter-nondirect-native": {"Namespace": "already exists", "Ingress": "already exists"},
}
"""Types of which the cloud takes no second one, and its words."""


@pytest.mark.parametrize("stack", ONCE)
def test_a_resource_that_can_exist_once_is_refused_by_name_until_it_is_deleted_by_hand(live: Live, stack: str) -> None:
    project = live(stack)
    waiting = dict(ONCE[stack])
    while waiting:
        kind, name = lose_answer(project, *waiting)
        with project.branch():
            refused = project.up().failed()
            assert name in refused.text
            assert waiting.pop(kind) in refused.text
        project.world.delete_by_hand(kind)
    project.up().succeeded()
    assert project.preview("--expect-no-changes").succeeded().changes == []
    project.destroy().succeeded()
    assert project.world.cloud.leftovers() == []
