"""Names that Tencent Cloud would refuse minutes into an update: a component's own name counts where no other is said."""

from typing import Any

import pytest

from realip import ArgumentError, ClientAccess, Cluster, ClusterAccess, NativeNodes, Network, SuperNodes
from tests.components.argument_trees import TREES
from tests.support.recording import run

LIMIT = 60
"""Of the provider's `ValidateStringLengthInRange(1, 60)`."""
TREE = {
    component: {key: value for key, value in tree.items() if key != "display_name"}
    for component, tree in reversed(TREES)
}


def _made(component: Any, name: str, **said: Any) -> list[str]:
    """The names that resources of the cloud get; ArgumentError where one is refused."""
    found = run(lambda: component(name, {**TREE[component], **said}))
    keys = ("name", "clusterName")
    return [str(made.inputs[key]) for made in found.resources for key in keys if key in made.inputs]


@pytest.mark.parametrize("component", [ClientAccess, Network, Cluster, ClusterAccess, NativeNodes, SuperNodes])
def test_a_components_own_name_is_held_where_no_other_is_said(component: Any) -> None:
    assert _made(component, "short")
    with pytest.raises(ArgumentError, match=r"display_name = .*characters; use 1 to \d+"):
        _made(component, "n" * (LIMIT + 1))
    assert all(len(name) <= LIMIT for name in _made(component, "n" * (LIMIT + 1), display_name="short"))


def test_the_longest_suffix_counts() -> None:
    suffix = max((name.removeprefix("short") for name in _made(Network, "short")), key=len)
    longest = "n" * (LIMIT - len(suffix))
    assert max(map(len, _made(Network, longest))) == LIMIT
    with pytest.raises(ArgumentError, match=rf"since {suffix} comes behind it"):
        _made(Network, f"{longest}n")
