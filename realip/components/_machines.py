"""Machines of a native node pool: data disks, billing in advance and public addresses."""

from collections.abc import Iterator, Sequence
from typing import NotRequired, TypedDict

import pulumi

from realip import machine_rules, rules, tke
from realip.components._arguments import Arguments, Known, Shape, as_integer
from realip.problems import MISSING, Problem

__all__ = [
    "DATA_DISK",
    "INTERNET_ACCESSIBLE",
    "PREPAID",
    "DataDisk",
    "InternetAccessible",
    "Prepaid",
    "data_disks",
    "internet_accessible",
    "mounted_twice",
    "prepaid",
]


class DataDisk(TypedDict):
    """A data disk of each node."""

    disk_type: str
    """CLOUD_PREMIUM, CLOUD_SSD, CLOUD_BSSD, CLOUD_HSSD, CLOUD_TSSD or LOCAL_NVME."""
    disk_size: pulumi.Input[int]
    """Size in GB."""
    mount_target: NotRequired[str]
    """Folder of the node where the disk is formatted and mounted; left as it is if unset."""
    file_system: NotRequired[str]
    """ext3, ext4 or xfs; ext4 if unset."""


class Prepaid(TypedDict):
    """Payment in advance. TKE gives no money back for nodes that go before their time."""

    period: pulumi.Input[int]
    """Months: 1 to 12, 24, 36, 48 or 60."""
    renew_flag: NotRequired[str]
    """NOTIFY_AND_AUTO_RENEW, NOTIFY_AND_MANUAL_RENEW or DISABLE_NOTIFY_AND_MANUAL_RENEW; NOTIFY_AND_MANUAL_RENEW if unset."""


class InternetAccessible(TypedDict):
    """A public address of each node."""

    max_bandwidth_out: int
    """Mbit/s: 1 to 100, in a bandwidth package 1 to 2000."""
    charge_type: NotRequired[str]
    """TRAFFIC_POSTPAID_BY_HOUR, BANDWIDTH_POSTPAID_BY_HOUR or BANDWIDTH_PACKAGE; by traffic if unset."""
    bandwidth_package_id: NotRequired[str]
    """The bandwidth package, `bwp-...`, for BANDWIDTH_PACKAGE."""


def _mounted(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """A file system where the disk is mounted."""
    if "mount_target" in args.said or "file_system" not in args:
        return
    try:
        machine_rules.disk_use(None, args["file_system"])
    except ValueError as error:
        yield arguments.refuse("file_system", args["file_system"], str(error))


def _billed(arguments: Arguments, args: Known) -> Iterator[Problem]:
    """Bandwidth and package that the way of billing has."""
    bandwidth = args.number("max_bandwidth_out")
    if bandwidth is None or {"charge_type", "bandwidth_package_id"} & args.wrong:
        return
    try:
        machine_rules.internet(bandwidth, args.text("charge_type"), args.text("bandwidth_package_id"))
    except ValueError as error:
        where = "max_bandwidth_out" if str(error).startswith("must") else "charge_type"
        yield arguments.refuse(where, args.get(where, MISSING), str(error))


def mounted_twice(arguments: Arguments, disks: Sequence[Known]) -> Iterator[Problem]:
    """Two disks in one folder."""
    seen: set[str] = set()
    for index, disk in enumerate(disks):
        target = disk.text("mount_target")
        if target is not None and target in seen:
            yield arguments.entry(index).refuse("mount_target", target, machine_rules.ANOTHER_DISKS_FOLDER)
        seen.update({target} if target else ())


DATA_DISK = Shape(
    DataDisk,
    {
        "disk_type": lambda value: rules.one_of(value, tke.DATA_DISK_TYPES),
        "disk_size": machine_rules.data_disk_size,
        "mount_target": machine_rules.mount_target,
        "file_system": lambda value: rules.one_of(value, tke.FILE_SYSTEMS),
    },
    _mounted,
)
PREPAID = Shape(
    Prepaid,
    {
        "period": lambda value: rules.one_of(value, tke.PREPAID_PERIODS),
        "renew_flag": lambda value: rules.one_of(value, tke.RENEW_FLAGS),
    },
)
INTERNET_ACCESSIBLE = Shape(
    InternetAccessible,
    {
        "charge_type": lambda value: rules.one_of(value, tke.NODE_INTERNET_CHARGE_TYPES),
        "bandwidth_package_id": machine_rules.bandwidth_package_id,
    },
    _billed,
)


def data_disks(disks: Sequence[DataDisk]) -> list[dict[str, object]]:
    """Data disks as the provider has them."""
    return [
        {
            "disk_type": disk["disk_type"],
            "disk_size": as_integer(disk["disk_size"]),
            "auto_format_and_mount": "mount_target" in disk,
            **(
                {"mount_target": disk["mount_target"], "file_system": disk.get("file_system") or "ext4"}
                if "mount_target" in disk
                else {}
            ),
        }
        for disk in disks
    ]


def prepaid(args: Prepaid) -> dict[str, object]:
    """Payment in advance as the provider has it. Nothing renews itself unless somebody says so, or a bill outlived its stack."""
    return {"period": as_integer(args["period"]), "renew_flag": args.get("renew_flag") or tke.RENEW_FLAGS[1]}


def internet_accessible(args: InternetAccessible) -> dict[str, object]:
    """A public address as the provider has it."""
    made: dict[str, object] = {
        "max_bandwidth_out": as_integer(args["max_bandwidth_out"]),
        "charge_type": args.get("charge_type") or tke.TRAFFIC_POSTPAID_BY_HOUR,
    }
    if "bandwidth_package_id" in args:
        made["bandwidth_package_id"] = args["bandwidth_package_id"]
    return made
