"""Native node pools as settings describe them, for the component that makes one."""

from collections.abc import Sequence

from realip.components._machines import DataDisk, InternetAccessible, Prepaid
from realip.components._taints import Taint
from realip.components.native_nodes import NativeNodesArgs
from realip.settings.sections.nodes import DataDiskSettings, NodesSettings, PoolSettings, TaintSettings

__all__ = ["add_machines", "pool_args", "taints_of"]


def taints_of(taints: Sequence[TaintSettings]) -> list[Taint]:
    """Taints of nodes."""
    return [Taint(key=taint.key, value=taint.value, effect=taint.effect.value) for taint in taints]


def add_machines(args: NativeNodesArgs, settings: NodesSettings) -> None:
    """Say disks, keys, billing and addresses of the machines, where settings do."""
    if settings.data_disks:
        args["data_disks"] = [_data_disk(disk) for disk in settings.data_disks]
    if settings.key_ids:
        args["key_ids"] = settings.key_ids
    if settings.additional_security_group_ids:
        args["additional_security_group_ids"] = settings.additional_security_group_ids
    if settings.kubelet_args:
        args["kubelet_args"] = settings.kubelet_args
    if settings.kernel_args:
        args["kernel_args"] = settings.kernel_args
    if (prepaid := settings.instance_charge_prepaid) is not None:
        args["instance_charge_prepaid"] = Prepaid(period=prepaid.period)
        if prepaid.renew_flag is not None:
            args["instance_charge_prepaid"]["renew_flag"] = prepaid.renew_flag
    if (internet := settings.internet_accessible) is not None:
        made = InternetAccessible(max_bandwidth_out=internet.max_bandwidth_out)
        if internet.charge_type is not None:
            made["charge_type"] = internet.charge_type
        if internet.bandwidth_package_id is not None:
            made["bandwidth_package_id"] = internet.bandwidth_package_id
        args["internet_accessible"] = made


def _data_disk(disk: DataDiskSettings) -> DataDisk:
    made = DataDisk(disk_type=disk.disk_type, disk_size=disk.disk_size)
    if disk.mount_target is not None:
        made["mount_target"] = disk.mount_target
    if disk.file_system is not None:
        made["file_system"] = disk.file_system
    return made


def pool_args(first: NativeNodesArgs, pool: PoolSettings) -> NativeNodesArgs:
    """A pool beside the first one: its machines, but where it says something of its own."""
    args = first.copy()
    args.pop("autoscaling", None)
    args["replicas"], args["labels"], args["taints"] = pool.replicas, pool.labels, taints_of(pool.taints)
    args["display_name"] = f"{first['display_name']}-{pool.name}"
    if pool.instance_types is not None:
        args["instance_types"] = pool.instance_types
    if pool.autoscaling is not None:
        args["autoscaling"] = {"min": pool.autoscaling.min, "max": pool.autoscaling.max}
    return args
