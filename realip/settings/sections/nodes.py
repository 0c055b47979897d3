"""The section `nodes`: the nodes that pods run on."""

from enum import StrEnum

from pydantic import Field

from realip import defaults
from realip.settings.sections.section import Section
from realip.settings.values import (
    DiskSize,
    DiskType,
    InstanceType,
    LabelKey,
    LabelValue,
    Nodes,
)

__all__ = ["AutoscalingSettings", "NodesSettings", "TaintEffect", "TaintSettings"]


class AutoscalingSettings(Section):
    """How far the native node pool may shrink and grow."""

    min: Nodes = Field(description="Fewest nodes.")
    max: Nodes = Field(description="Most nodes.")


class TaintEffect(StrEnum):
    """The effect of a taint on pods that do not tolerate it."""

    NO_SCHEDULE = "NoSchedule"
    PREFER_NO_SCHEDULE = "PreferNoSchedule"
    NO_EXECUTE = "NoExecute"


class TaintSettings(Section):
    """A taint of the nodes; the app tolerates it."""

    key: LabelKey = Field(description="The taint's key.")
    value: LabelValue = Field("", description="The taint's value.")
    effect: TaintEffect = Field(description="NoSchedule, PreferNoSchedule or NoExecute.")


class NodesSettings(Section):
    """The nodes that pods run on. Super nodes have one pool, a node in each zone; labels and taints are the only things to say of them."""

    instance_types: tuple[InstanceType, ...] = Field(
        defaults.INSTANCE_TYPES,
        min_length=1,
        description="Native: instance types, the first one that the zone has is taken.",
    )
    system_disk_type: DiskType = Field(defaults.SYSTEM_DISK_TYPE, description="Native: system disk type.")
    system_disk_size: DiskSize = Field(defaults.SYSTEM_DISK_SIZE, description="Native: system disk size in GB.")
    replicas: Nodes = Field(defaults.NODES, description="Native: number of nodes; where to start with autoscaling.")
    autoscaling: AutoscalingSettings | None = Field(
        None, description="Native: bounds for the cluster autoscaler; off if unset."
    )
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, description="Node labels.")
    taints: tuple[TaintSettings, ...] = Field((), description="Node taints.")
