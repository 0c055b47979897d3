"""The section `scenario`: which scenario a stack follows."""

from typing import Self

from pydantic import Field, model_validator

from realip.errors import nearest
from realip.scenarios import (
    SCENARIOS,
    Choices,
    Connection,
    NetworkMode,
    NodeType,
    NotOffered,
    Scenario,
    by_slug,
    resolve,
)
from realip.settings.sections.section import Section

__all__ = ["ScenarioSettings"]


class ScenarioSettings(Section):
    """A scenario's slug, or the three choices that lead to one."""

    network_mode: NetworkMode = Field(description="VPC-CNI or GlobalRouter.")
    node_type: NodeType = Field(description="native or super.")
    connection: Connection = Field(description="direct or non-direct.")

    @model_validator(mode="before")
    @classmethod
    def _from_slug(cls, value: object) -> object:
        if isinstance(value, dict):
            return value
        if not isinstance(value, str):
            raise ValueError("must be a scenario's slug, or a map with networkMode, nodeType and connection")
        scenario = by_slug(value)
        if scenario is None:
            raise ValueError(f"is not a scenario; {nearest(value, (row.slug for row in SCENARIOS))}")
        choices = scenario.choices
        return {"networkMode": choices.network_mode, "nodeType": choices.node_type, "connection": choices.connection}

    @model_validator(mode="after")
    def _offered(self) -> Self:
        if isinstance(answer := resolve(self.choices), NotOffered):
            raise ValueError(str(answer))
        return self

    @property
    def choices(self) -> Choices:
        """The three choices."""
        return Choices(self.network_mode, self.node_type, self.connection)

    @property
    def row(self) -> Scenario:
        """The row of the scenario table."""
        answer = resolve(self.choices)
        assert isinstance(answer, Scenario)  # noqa: S101 - _offered has refused anything else
        return answer
