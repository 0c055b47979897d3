"""A whole stack for programs in other languages: the settings as arguments, and what a stack file's reader is told."""

from typing import Any

import pytest

from docs.refresh import STACK_ARGUMENTS
from docs.stack_arguments import stack_arguments
from realip.hosting import stack_arguments as committed
from realip.scenarios import SCENARIOS
from realip.settings.models import Settings
from tests.hosting.plugin import Answer, Plugin, asset, output, reference, unknown
from tests.hosting.test_hosting_arguments import ANOTHER, SECRET

ADMINISTRATORS = {"adminCidrs": ["198.18.0.0/24"]}
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def stack(plugin: Plugin, *, preview: bool = False, config: dict[str, str] | None = None, **inputs: Any) -> Answer:
    """A stack of these settings, whose API server somebody may reach."""
    given = {"access": ADMINISTRATORS, **inputs}
    return plugin.construct("RealIpStack", given, provider=None, preview=preview, config=config)


def test_the_arguments_are_the_settings_of_today() -> None:
    """A setting that is no argument could not be said in any other language."""
    assert STACK_ARGUMENTS.read_text("utf-8") == stack_arguments(), "run make docs"
    assert set(committed.RealIpStackArgs.__annotations__) == set(Settings.model_fields)
    assert [scenario.value for scenario in committed.StackScenario] == [row.slug for row in SCENARIOS]


@pytest.mark.parametrize("row", SCENARIOS, ids=lambda row: row.slug)
def test_every_scenario_is_made_from_its_slug(plugin: Plugin, row: Any) -> None:
    answer = stack(plugin, scenario=row.slug, network={"accountType": "STANDARD"})
    assert answer.text.strip() == ""
    assert answer.state["scenario"] == row.slug
    assert answer.state["reads"] == row.reads.value
    assert ("ingress" in answer.state) == row.exposure.has_ingress
    assert {"address", "url", "clusterId", "namespace", "deployment", "service", "networkRanges"} <= set(answer.state)
    assert SECRET in answer.state["kubeconfig"].values()
    assert {key: value for key, value in answer.outputs.items() if value is not None} == answer.state


def test_numbers_are_whole_and_keys_of_maps_a_users_own(plugin: Plugin) -> None:
    """All numbers arrive as fractions, and `my-tag` or `my_tag` is nobody's to spell otherwise."""
    answer = stack(plugin, app={"replicas": 5.0}, tags={"my_tag": "a", "MyTag": "b"})
    assert answer.made(DEPLOYMENT)["spec"]["replicas"] == 5
    tags = answer.made("tencentcloud:Kubernetes/cluster:Cluster")["tags"]
    assert {"my_tag": "a", "MyTag": "b"}.items() <= tags.items()


def test_a_secret_setting_stays_one(plugin: Plugin) -> None:
    secret = stack(plugin, app={"env": {"PASSWORD": output("hunter2", secret=True)}})
    (container,) = secret.made(DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    assert SECRET in str(container["env"])
    plain = stack(plugin, app={"env": {"LEVEL": "debug"}})
    (container,) = plain.made(DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    assert container["env"] == [{"name": "LEVEL", "value": "debug"}]


def test_a_secret_where_nothing_is_kept_as_one_is_refused_and_not_printed(plugin: Plugin) -> None:
    answer = stack(plugin, tags={"team": output("hunter2", secret=True)})
    assert answer.registered == []
    assert answer.errors == {}
    assert answer.told["tags"].startswith("is a secret")
    assert "hunter2" not in answer.text
    assert "--secret" not in answer.text


@pytest.mark.parametrize("kubeconfig", ["hunter2: x", output("hunter2: x", secret=True)])
def test_a_kubeconfig_is_printed_by_nobody_marked_or_not(plugin: Plugin, kubeconfig: Any) -> None:
    answer = stack(plugin, cluster={"id": "cls-1"}, access={"kubeconfig": kubeconfig, "clientCidrs": ["0.0.0.0/0"]})
    assert answer.errors == {}
    assert answer.told["access.kubeconfig"].startswith("leads to no cluster")
    assert "hunter2" not in answer.text + "".join(answer.warnings)


@pytest.mark.parametrize("section", ["access", "app"])
@pytest.mark.parametrize("text", ["hunter2: x", ["hunter2"], output("hunter2: x", secret=True)])
def test_a_secret_one_level_too_high_is_printed_by_nobody(plugin: Plugin, section: str, text: Any) -> None:
    """The engine prints the value of every property that a refusal names: here that would be a whole kubeconfig."""
    answer = stack(plugin, **{section: text})
    assert answer.registered == []
    assert answer.errors == {}
    assert set(answer.told) >= {section}
    assert "hunter2" not in answer.text + "".join(answer.warnings)


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"kubeconfig": "hunter2"}, "kubeconfig"),
        ({"acces": {"kubeconfig": "hunter2"}}, "acces"),
        ({"access": {**ADMINISTRATORS, "kubeConfig": "hunter2"}}, "access.kubeConfig"),
        ({"app": {"environment": {"PASSWORD": "hunter2"}}}, "app.environment"),
        ({"access": output({"adminCidrs": ["hunter2"], "token": "hunter2"}, secret=True)}, "access.token"),
    ],
)
def test_what_stands_under_a_mistyped_key_is_printed_by_nobody_where_it_may_be_a_secret(
    plugin: Plugin, inputs: dict[str, Any], path: str
) -> None:
    answer = stack(plugin, **inputs)
    assert answer.registered == []
    assert answer.told[path].startswith("is not a known setting; ")
    assert path not in answer.errors
    assert "hunter2" not in answer.text + "".join(answer.warnings)


def test_a_mistyped_key_beside_a_secret_is_told_at_its_own_place_with_all_others(plugin: Plugin) -> None:
    """However deep it lies: the value is the program's own, and shows which of several is meant."""
    answer = stack(
        plugin,
        cluster={"id": "cls-1a2b3c4d"},
        access={"kubeconfig": output("hunter2: x", secret=True), "client_cidrs": ["0.0.0.0/0"]},
        app={
            "env": {"PASSWORD": output("hunter2", secret=True)},
            "replica": 3,
            "files": [{"secret": "x", "Path": "/x"}],
        },
        loadBalancer={"healthCheck": {"intervaltime": 3}, "ports": [{"port": 80, "targetport": 80}]},
    )
    meant = {path: reason.rpartition("; ")[2] for path, reason in answer.told.items()}
    assert (
        meant.items()
        >= {
            "access.client_cidrs": "did you mean clientCidrs?",
            "app.replica": "did you mean replicas?",
            "app.files[0].Path": "did you mean path?",
            "loadBalancer.healthCheck.intervaltime": "did you mean intervalTime?",
            "loadBalancer.ports[0].targetport": "did you mean targetPort?",
        }.items()
    )
    assert "hunter2" not in answer.text + "".join(answer.warnings)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("cluster", {"id": "cls-1a2b3c4d", "kubeconfig": "hunter2"}),
        ("nodes", {"env": {"PASSWORD": "hunter2"}}),
        ("loadBalancer", {"kubeconfig": "hunter2"}),
    ],
)
def test_a_kubeconfig_in_a_wrong_section_is_not_printed(plugin: Plugin, section: str, said: dict[str, Any]) -> None:
    given: dict[str, Any] = {section: said}
    answer = stack(plugin, **given)
    assert answer.registered == []
    assert [path for path in answer.told if path.startswith(f"{section}.")]
    assert not [path for path in answer.errors if path.startswith(f"{section}.")]
    assert "hunter2" not in answer.text + "".join(answer.warnings)


def test_a_section_that_holds_no_secret_is_named_to_the_engine(plugin: Plugin) -> None:
    assert set(stack(plugin, network="x").errors) == {"network"}


def test_a_setting_that_is_known_later_is_refused_in_words(plugin: Plugin) -> None:
    answer = stack(plugin, nodes={"replicas": unknown("urn:pulumi:s::p::a:b:C::d")})
    assert answer.registered == []
    assert answer.told["nodes.replicas"].startswith("is an output")


@pytest.mark.parametrize(
    ("inputs", "path", "words"),
    [
        ({"loadBalancer": {"internalSubnetId": None}}, "loadBalancer.internalSubnetId", "is null"),
        ({"loadBalancer": {"internalSubnetId": output(None)}}, "loadBalancer.internalSubnetId", "is null"),
        ({"access": None}, "access", "is null"),
        ({"loadBalancer": {}}, "loadBalancer", "is empty, and YAML leaves out"),
        ({"app": {"env": {"A": None}}}, "app.env.A", "is null"),
        ({"cluster": {"id": reference("cls-1a2b3c4d")}}, "cluster.id", "is a resource"),
        ({"network": reference("vpc-1a2b3c4d")}, "network", "is a resource"),
        ({"cluster": {"id": reference("", of="realip:index:Cluster")}}, "cluster.id", "is a resource, and settings"),
        ({"app": {"env": {"A": reference("")}}}, "app.env.A", "is a resource, and settings"),
        ({"app": {"env": {"A": asset("hunter2")}}}, "app.env.A", "is an asset"),
        ({"access": {**ADMINISTRATORS, "kubeconfig": asset("hunter2")}}, "access.kubeconfig", "is an asset"),
    ],
)
def test_what_is_no_plain_value_is_refused_with_all_that_is_wrong_besides(
    plugin: Plugin, inputs: dict[str, Any], path: str, words: str
) -> None:
    """A load balancer whose internal subnet is null would be a public one, and an asset would become its address in memory."""
    more: dict[str, Any] = {"tags": {"a": 1}, "nodes": {"replicas": unknown(ANOTHER), "replica": 3}}
    answer = stack(plugin, **more | inputs)
    assert answer.registered == []
    assert answer.told[path].startswith(words)
    assert answer.told["nodes.replicas"].startswith("is an output")
    assert answer.told["nodes.replica"] == "is not a known setting; did you mean replicas?"
    assert answer.told["tags.a"] == "must be text; put it in quotes"
    assert len(answer.told) == len({path, "nodes.replicas", "nodes.replica", "tags.a"}), answer.text
    assert "hunter2" not in answer.text


def test_a_null_in_a_pod_template_is_kubernetes_way_to_take_something_away(plugin: Plugin) -> None:
    """Unseen, it would leave a probe in place that somebody means to be gone."""
    own = {"spec": {"containers": [{"name": "real-ip-container", "readinessProbe": None}]}}
    (told,) = stack(plugin, app={"podTemplate": own}).told.items()
    assert told[0] == "app.podTemplate.spec.containers[0].readinessProbe"
    assert "is what app.readinessPath" in told[1]


def test_everything_wrong_is_told_at_once_and_unknown_settings_too(plugin: Plugin) -> None:
    answer = stack(
        plugin,
        scenario="vpc-cni",
        network={"zones": ["x"], "bogus": 1},
        app={"port": "80", "service_port": 80, "labels": {}},
        access={},
        other=1,
    )
    assert answer.registered == []
    assert set(answer.told) == {
        "scenario",
        "network.zones[0]",
        "network.bogus",
        "app.port",
        "app.service_port",
        "app.labels",
        "access.adminCidrs",
        "other",
    }
    assert answer.told["app.labels"] == "is not a known setting; did you mean label?"
    for word in ("pulumi config", "Traceback", ".py", "realip:"):
        assert word not in answer.text


def test_the_documentation_range_is_refused_by_an_update_and_warned_of_by_a_preview(plugin: Plugin) -> None:
    """It is what the committed examples say, and lets nobody in."""
    documentation = {"adminCidrs": ["203.0.113.0/24"]}
    update = stack(plugin, access=documentation)
    assert update.registered == []
    assert set(update.errors) == {"access.adminCidrs[0]"}
    preview = stack(plugin, access=documentation, preview=True)
    assert preview.text.strip() == ""
    (warning,) = [text for text in preview.warnings if "access.adminCidrs[0]" in text]
    assert "documentation range" in warning
    assert "pulumi config" not in update.text + warning


def test_advice_reaches_programs_in_other_languages(plugin: Plugin) -> None:
    answer = stack(plugin, access={"adminCidrs": ["10.0.0.0/8"]})
    assert any("is private" in text for text in answer.warnings)


def test_a_kubernetes_provider_that_nothing_would_use_is_told_of(plugin: Plugin) -> None:
    """A warning and no refusal: the engine does not say whether the program gave it, or a parent has it for others."""
    inputs = {"access": ADMINISTRATORS, "network": {"accountType": "STANDARD"}}
    given = plugin.construct("RealIpStack", inputs)
    assert given.text.strip() == ""
    (told,) = [text for text in given.warnings if "Kubernetes provider" in text]
    assert "RealIpStack 'shop'" in told
    assert "leave it out" in told
    without = plugin.construct("RealIpStack", inputs, provider=None)
    assert not [text for text in without.warnings if "Kubernetes provider" in text]
    assert sorted(made.name for made in given.registered) == sorted(made.name for made in without.registered)


def test_zones_have_to_lie_in_the_providers_region(plugin: Plugin) -> None:
    there = {"tencentcloud:region": "ap-guangzhou"}
    assert stack(plugin, config=there).text.strip() == ""
    elsewhere = stack(plugin, config={"tencentcloud:region": "ap-shanghai"})
    assert elsewhere.registered == []
    assert "ap-shanghai" in elsewhere.text
