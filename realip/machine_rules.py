"""The rules that a node's machine keeps: its disks, keys, billing and public address. Plain functions that raise ValueError.

Fields and values are those of the provider's kubernetes_native_node_pool, 1.82.42, where no other source is named.
"""

import re
from collections.abc import Iterator, Sequence

from realip import tke
from realip.rules import label_key, one_of, within

__all__ = [
    "ANOTHER_DISKS_FOLDER",
    "bandwidth_package_id",
    "data_disk_size",
    "disk_use",
    "internet",
    "kernel_argument",
    "kubelet_argument",
    "mount_target",
    "nat_bandwidth",
    "node_label",
    "repeated_arguments",
    "repeated_taints",
]

ANOTHER_DISKS_FOLDER = "is another disk's too; choose another folder"
"""The words for a folder to which two disks go."""
_MOUNT_TARGET = re.compile(r"(/[A-Za-z0-9._-]+)+")
_KUBELET_ARGUMENT = re.compile(r"[a-z][a-z0-9-]*=\S+")
_KERNEL_ARGUMENT = re.compile(r"[a-z0-9][a-z0-9._/-]*=\S[^\n]*")
_LABELS_OF_NODES = frozenset(
    {
        "kubernetes.io/arch",
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
    }
)
_OWN_FOLDERS = ("/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/root", "/run", "/sbin", "/sys", "/usr")


def mount_target(value: str) -> str:
    """A folder of the node where a data disk goes."""
    if len(value) > 255 or not _MOUNT_TARGET.fullmatch(value) or {".", ".."} & set(value.split("/")):
        raise ValueError("is no folder of a node; write one such as /var/lib/container")
    if any(value == own or value.startswith(f"{own}/") for own in _OWN_FOLDERS):
        raise ValueError("is a folder that the node's system lives in; write one such as /var/lib/container")
    return value


def data_disk_size(value: int) -> int:
    """GB of a data disk."""
    within(value, tke.DATA_DISK_SIZES)
    if value % tke.DATA_DISK_STEP:
        larger = value - value % -tke.DATA_DISK_STEP
        raise ValueError(
            f"is no multiple of {tke.DATA_DISK_STEP}, as sizes of data disks are (CVM RunInstances); take {larger}"
        )
    return value


def node_label(key: str) -> str:
    """The key of a node label that is somebody's own, and none that says what the node is."""
    label_key(key)
    if key in _LABELS_OF_NODES:
        raise ValueError(
            "is written by the node itself or by TKE, and pods are placed by it (kubernetes.io, well-known labels); use a key of your own"
        )
    return key


def kubelet_argument(value: str) -> str:
    """An argument of the kubelet of a node."""
    if not _KUBELET_ARGUMENT.fullmatch(value):
        raise ValueError(
            "is no argument of a kubelet; write its name without dashes before it, and its value, such as max-pods=64"
        )
    return value


def kernel_argument(value: str) -> str:
    """A kernel parameter of a node."""
    if not _KERNEL_ARGUMENT.fullmatch(value):
        raise ValueError("is no kernel parameter; write its name and its value, such as net.core.somaxconn=32768")
    return value


def repeated_arguments(arguments: Sequence[object]) -> Iterator[tuple[int, str]]:
    """Positions of kubelet arguments or kernel parameters that are said before with another value, with what is wrong."""
    names = [argument.partition("=")[0] if isinstance(argument, str) else None for argument in arguments]
    for index, name in enumerate(names):
        if name is not None and name in names[:index] and arguments[index] not in arguments[:index]:
            yield index, f"is said before as {arguments[names.index(name)]}; remove one of the two"


def repeated_taints(taints: Sequence[tuple[object, object]]) -> Iterator[tuple[int, str]]:
    """Positions of taints, each a key and an effect, that are another's too, with what is wrong: a node has one such (core/v1)."""
    for index, taint in enumerate(taints):
        if taint in taints[:index]:
            yield index, f"is in the list already with {taint[1]}, and a node has one such taint; remove one of the two"


def disk_use(target: object, file_system: object) -> None:
    """A data disk with a file system is mounted somewhere."""
    if file_system is not None and target is None:
        raise ValueError("is for a disk that is mounted; add the folder, or remove it for a disk without a file system")


def bandwidth_package_id(value: str) -> str:
    """The id of a bandwidth package."""
    if not re.fullmatch(r"bwp-[a-z0-9]+", value):
        raise ValueError("is not the id of a bandwidth package; write one such as bwp-1a2b3c4d")
    return value


def internet(bandwidth: int, charge_type: str | None, package: str | None) -> None:
    """A node's public address: bandwidth that its way of billing has, and a package where it is billed by one."""
    packaged = charge_type == tke.BANDWIDTH_PACKAGE
    if packaged and package is None:
        raise ValueError(f"is {tke.BANDWIDTH_PACKAGE} without a package; add its id, bwp-...")
    if not packaged and package is not None:
        raise ValueError(f"names a package, and is not billed by one; set the charge type to {tke.BANDWIDTH_PACKAGE}")
    within(bandwidth, tke.NODE_PACKAGE_BANDWIDTH if packaged else tke.NODE_BANDWIDTH)


def nat_bandwidth(value: int, *, billed_by_cvm: bool = False) -> int:
    """Mbit/s of a NAT gateway, as much as its one public address carries."""
    one_of(value, tke.NAT_BANDWIDTHS)
    if value > tke.NAT_ADDRESS_BANDWIDTH and not billed_by_cvm:
        raise ValueError(
            f"is more than the gateway's one public address carries, {tke.NAT_ADDRESS_BANDWIDTH} Mbit/s by traffic; "
            f"take one of {', '.join(str(one) for one in tke.NAT_BANDWIDTHS if one <= tke.NAT_ADDRESS_BANDWIDTH)}"
        )
    return value
