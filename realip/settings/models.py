"""The contents of a stack file: frozen pydantic models, keys in camelCase, unknown keys refused, every default runnable.

`realip.settings.loading` makes `Settings` of a stack file, or one error with every problem. Rules that look at more than one value
stand in `realip.settings.checks`.
"""

from collections.abc import Collection
from typing import Self

from pydantic import Field, PrivateAttr

from realip import defaults, rules, tag_rules
from realip.scenarios import (
    DEFAULT_STACK,
    Scenario,
)
from realip.settings.sections.access import AccessSettings
from realip.settings.sections.adopt import AdoptSettings
from realip.settings.sections.app import AppSettings
from realip.settings.sections.cluster import ClusterSettings
from realip.settings.sections.load_balancer import LoadBalancerSettings
from realip.settings.sections.network import NetworkSettings
from realip.settings.sections.nodes import NodesSettings
from realip.settings.sections.scenario import ScenarioSettings
from realip.settings.sections.section import Section
from realip.settings.values import (
    TagKey,
    TagValue,
)

__all__ = ["Settings"]


class Settings(Section):
    """A whole stack file."""

    scenario: ScenarioSettings = Field(
        default_factory=lambda: ScenarioSettings.model_validate(DEFAULT_STACK),
        description="A scenario's slug, or an object with networkMode, nodeType, connection and layer.",
    )
    network: NetworkSettings = Field(default_factory=NetworkSettings, description="The VPC and its subnets.")
    cluster: ClusterSettings = Field(default_factory=ClusterSettings, description="The TKE cluster.")
    nodes: NodesSettings = Field(default_factory=NodesSettings, description="The nodes.")
    app: AppSettings = Field(default_factory=AppSettings, description="The application.")
    load_balancer: LoadBalancerSettings = Field(
        default_factory=LoadBalancerSettings, description="The CLB in front of the app."
    )
    access: AccessSettings = Field(
        default_factory=AccessSettings, description="Who may reach the API server and the app."
    )
    tags: dict[TagKey, TagValue] = Field(
        default_factory=dict, max_length=tag_rules.MAX_TAGS, description="Tags of every cloud resource that takes tags."
    )
    adopt: AdoptSettings = Field(
        default_factory=AdoptSettings,
        description="Ids of resources that were made and that the state does not have, since the answer to their creation was lost.",
    )

    _secret_sections: frozenset[str] = PrivateAttr(frozenset())

    def with_secrets(self, sections: Collection[str]) -> Self:
        """The same settings, of which some sections hold a secret."""
        made = self.model_copy()
        made._secret_sections = frozenset(sections)  # noqa: SLF001 - it is one of these
        return made

    def holds_secret(self, section: str) -> bool:
        """Something in that section was set with --secret: what may be secret there is one."""
        return section in self._secret_sections

    @property
    def kubernetes_version(self) -> tuple[int, int]:
        """The cluster's major and minor version, as it is said for a new one."""
        return rules.kubernetes_version(self.cluster.version)[:2]

    @property
    def namespace(self) -> str:
        """The app's namespace: as said, else the scenario's, or `default` where the app runs already."""
        return self.app.namespace or (self.row.names.namespace if self.app.deploy else defaults.NAMESPACE)

    @property
    def row(self) -> Scenario:
        """The scenario that the stack follows."""
        return self.scenario.row
