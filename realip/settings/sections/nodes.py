"""The section `nodes`: the nodes that pods run on."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from realip import defaults, machine_rules
from realip.settings.sections.section import Section
from realip.settings.values import (
    DataDiskSize,
    DataDiskType,
    DiskSize,
    DiskType,
    FileSystem,
    InstanceType,
    KernelArg,
    KeyId,
    KubeletArg,
    LabelKey,
    LabelValue,
    MountTarget,
    Name,
    NodeBandwidth,
    NodeChargeType,
    NodeLabelKey,
    Nodes,
    PackageId,
    PrepaidPeriod,
    RenewFlag,
    SecurityGroupId,
)

__all__ = [
    "AutoscalingSettings",
    "DataDiskSettings",
    "InternetAccessibleSettings",
    "NodesSettings",
    "PoolSettings",
    "PrepaidSettings",
    "TaintEffect",
    "TaintSettings",
]


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


class DataDiskSettings(Section):
    """A data disk of each node."""

    disk_type: DataDiskType = Field(description="Type of the disk.")
    disk_size: DataDiskSize = Field(description="Size in GB.")
    mount_target: MountTarget | None = Field(
        None, description="Folder of the node where the disk is formatted and mounted; left as it is if unset."
    )
    file_system: FileSystem | None = Field(None, description="ext3, ext4 or xfs; ext4 if unset.")

    @model_validator(mode="after")
    def _mounted(self) -> Self:
        machine_rules.disk_use(self.mount_target, self.file_system)
        return self


class PrepaidSettings(Section):
    """Payment for nodes in advance."""

    period: PrepaidPeriod = Field(description="Months: 1 to 12, 24, 36, 48 or 60.")
    renew_flag: RenewFlag | None = Field(
        None,
        description="NOTIFY_AND_AUTO_RENEW, NOTIFY_AND_MANUAL_RENEW or DISABLE_NOTIFY_AND_MANUAL_RENEW; NOTIFY_AND_MANUAL_RENEW if unset.",
    )


class InternetAccessibleSettings(Section):
    """A public address of each node."""

    max_bandwidth_out: NodeBandwidth = Field(description="Mbit/s: 1 to 100, in a bandwidth package up to 2000.")
    charge_type: NodeChargeType | None = Field(
        None,
        description="TRAFFIC_POSTPAID_BY_HOUR, BANDWIDTH_POSTPAID_BY_HOUR or BANDWIDTH_PACKAGE; by traffic if unset.",
    )
    bandwidth_package_id: PackageId | None = Field(None, description="The bandwidth package, for BANDWIDTH_PACKAGE.")

    @model_validator(mode="after")
    def _billed(self) -> Self:
        machine_rules.internet(self.max_bandwidth_out, self.charge_type, self.bandwidth_package_id)
        return self


class PoolSettings(Section):
    """A native node pool beside the first one. Machines that it does not describe are as those of `nodes`."""

    name: Name = Field(description="The pool's name, unlike any other's.")
    instance_types: tuple[InstanceType, ...] | None = Field(
        None, min_length=1, description="Instance types; as nodes.instanceTypes if unset."
    )
    replicas: Nodes = Field(defaults.NODES, description="Number of nodes; where to start with autoscaling.")
    autoscaling: AutoscalingSettings | None = Field(None, description="Bounds of this pool; off if unset.")
    labels: dict[NodeLabelKey, LabelValue] = Field(default_factory=dict, description="Node labels of this pool.")
    taints: tuple[TaintSettings, ...] = Field(
        (), description="Node taints of this pool, which the app does not tolerate: they keep it away."
    )


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
    labels: dict[NodeLabelKey, LabelValue] = Field(default_factory=dict, description="Node labels.")
    taints: tuple[TaintSettings, ...] = Field((), description="Node taints.")
    data_disks: tuple[DataDiskSettings, ...] = Field((), description="Native: data disks of each node.")
    key_ids: tuple[KeyId, ...] = Field(
        (), description="Native: SSH keys with which somebody may log in to the nodes; none if unset."
    )
    additional_security_group_ids: tuple[SecurityGroupId, ...] = Field(
        (),
        description="Native: security groups of the nodes beside the stack's own. What one lets in, no other keeps out.",
    )
    kubelet_args: tuple[KubeletArg, ...] = Field(
        (), description="Native: arguments of each node's kubelet, such as max-pods=64."
    )
    kernel_args: tuple[KernelArg, ...] = Field(
        (), description="Native: kernel parameters of each node, such as net.core.somaxconn=32768."
    )
    instance_charge_prepaid: PrepaidSettings | None = Field(
        None,
        description="Native: payment in advance, by the hour if unset. TKE gives no money back for nodes that go before their time.",
    )
    internet_accessible: InternetAccessibleSettings | None = Field(
        None, description="Native: a public address of each node; none if unset."
    )
    pools: tuple[PoolSettings, ...] = Field((), description="Native: further node pools.")
