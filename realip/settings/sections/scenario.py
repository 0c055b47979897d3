"""The section `scenario`: which scenario a stack follows."""

from typing import Any, Self

from pydantic import Field, model_validator

from realip.errors import nearest
from realip.scenarios import (
    SCENARIOS,
    Choices,
    Connection,
    Layer,
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
    """A scenario's slug, or the choices that lead to one."""

    network_mode: NetworkMode = Field(description="VPC-CNI or GlobalRouter.")
    node_type: NodeType = Field(description="native or super.")
    connection: Connection = Field(description="direct or non-direct.")
    layer: Layer | None = Field(
        None,
        description="4: the app reads the client from the socket; 7: from X-Forwarded-For. Direct: 4 if unset; non-direct: 7.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_slug(cls, value: object) -> object:
        if isinstance(value, dict):
            return cls._with_layer(value)
        if not isinstance(value, str):
            raise ValueError("must be a scenario's slug, or a map with networkMode, nodeType, connection and layer")
        scenario = by_slug(value)
        if scenario is None:
            raise ValueError(f"is not a scenario; {nearest(value, (row.slug for row in SCENARIOS))}")
        choices = scenario.choices
        return {
            "networkMode": choices.network_mode,
            "nodeType": choices.node_type,
            "connection": choices.connection,
            "layer": choices.layer,
        }

    @staticmethod
    def _with_layer(value: dict[Any, Any]) -> dict[Any, Any]:
        """The choices with the guide's layer for the connection, where that is one and no layer is said."""
        connection = value.get("connection")
        if "layer" in value or connection not in tuple(Connection):
            return value
        return {**value, "layer": Layer.usual(Connection(connection))}

    @model_validator(mode="after")
    def _offered(self) -> Self:
        if isinstance(answer := resolve(self.choices), NotOffered):
            raise ValueError(str(answer))
        return self

    @property
    def choices(self) -> Choices:
        """The choices."""
        layer = self.layer or Layer.usual(self.connection)
        return Choices(self.network_mode, self.node_type, self.connection, layer)

    @property
    def row(self) -> Scenario:
        """The row of the scenario table."""
        answer = resolve(self.choices)
        assert isinstance(answer, Scenario)  # noqa: S101 - _offered has refused anything else
        return answer
