"""What every type of resource can do in the cloud, unless it says otherwise."""

from typing import Any

from tests.engine.standins.cloud import Cloud, Record
from tests.engine.standins.faults import Refusal

__all__ = ["CREATED_AT", "Behaviour", "unsafe"]

CREATED_AT = "2026-11-23 08:00:00"


class Behaviour:
    """One type: fills in what the cloud computes, and refuses what it must."""

    def create(self, cloud: Cloud, record: Record) -> None:
        """Check the inputs and fill in `record.computed`; set `record.id` where it is not a fresh one."""

    def update(self, cloud: Cloud, record: Record, inputs: dict[str, Any]) -> None:
        """Check new inputs; they take the old ones' place afterwards."""

    def refresh(self, cloud: Cloud, record: Record) -> None:
        """Bring `record.computed` up to date before it is read."""

    def imported(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Inputs that an import reads besides what `tencent_reads.py` has, because their values are this record's."""
        return {}

    def delete(self, cloud: Cloud, record: Record) -> None:
        """Refuse where something still needs it."""


def unsafe(cloud: Cloud, message: str) -> None:
    """Stop at what the real API would let happen although something breaks from it."""
    if cloud.strict:
        raise Refusal("StandIn.UnsafeOrder", message)
