"""The kinds of values that a stack file has: types that keep one of `realip.rules`."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from realip import annotations, exposure_rules, machine_rules, pod_numbers, pod_rules, rules, tag_rules, tke
from realip.problems import text_or_number
from realip.quantities import A_CPU, A_MEMORY

__all__ = [
    "Annotation",
    "AppNamespace",
    "Bandwidth",
    "Capability",
    "CertificateId",
    "ChargeType",
    "CheckHost",
    "CheckInterval",
    "CheckMethod",
    "CheckNumber",
    "CheckTimeout",
    "Cidr",
    "ClusterCidr",
    "ClusterId",
    "ConfigKey",
    "Cpu",
    "DataDiskSize",
    "DataDiskType",
    "DiskSize",
    "DiskType",
    "EipId",
    "EnvName",
    "FileName",
    "FileSystem",
    "Host",
    "Image",
    "InstanceType",
    "KernelArg",
    "KeyId",
    "KubeletArg",
    "Label",
    "LabelKey",
    "LabelValue",
    "Level",
    "LoadBalancerId",
    "MaxUnavailable",
    "MayBeSecret",
    "Memory",
    "MountPath",
    "MountTarget",
    "Name",
    "NatBandwidth",
    "NatGatewayId",
    "NodeBandwidth",
    "NodeChargeType",
    "NodeLabelKey",
    "NodePoolId",
    "Nodes",
    "PackageId",
    "Path",
    "Percent",
    "PodNumber",
    "PodSecurity",
    "Pods",
    "Port",
    "PrepaidPeriod",
    "ProcessText",
    "RenewFlag",
    "RouteId",
    "RouteTableId",
    "Scheduler",
    "Seconds",
    "SecurityGroupId",
    "ServiceCidr",
    "ServiceName",
    "ServiceNumber",
    "SessionSeconds",
    "Subdomain",
    "SubnetCidr",
    "SubnetId",
    "TagKey",
    "TagValue",
    "User",
    "Version",
    "VpcCidr",
    "VpcId",
    "Zone",
    "keeps",
]


class MayBeSecret:
    """Marks values of a stack file that stay secrets up to the state where they are set with --secret."""


def keeps(rule: Callable[..., object], *arguments: object) -> AfterValidator:
    """A validator that applies one of `realip.rules` and hands the value on unchanged."""

    def validate(value: str) -> str:
        rule(value, *arguments)
        return value

    return AfterValidator(validate)


def _quoted(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError('is a number, and YAML has dropped digits of it already; quote it: "1.30.0"')
    return value


def _as_text(wanted: str) -> BeforeValidator:
    """A quantity that is a plain number, as Kubernetes' manifests have it too, as text; `wanted` is what to write instead of anything else."""

    def convert(value: object) -> object:
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise ValueError(text_or_number(wanted))
        return rules.quantity_text(value)

    return BeforeValidator(convert)


VpcCidr = Annotated[str, keeps(rules.vpc_cidr)]
ServiceCidr = Annotated[str, keeps(rules.service_cidr)]
ClusterCidr = Annotated[str, keeps(rules.cluster_cidr)]
SubnetCidr = Annotated[str, keeps(rules.subnet_cidr)]
Cidr = Annotated[str, keeps(rules.canonical_cidr)]
Zone = Annotated[str, keeps(rules.availability_zone)]
Name = Annotated[str, keeps(rules.dns_label)]
Subdomain = Annotated[str, keeps(rules.dns_subdomain)]
AppNamespace = Annotated[str, keeps(rules.app_namespace)]
ServiceName = Annotated[str, keeps(rules.service_name)]
LabelKey = Annotated[str, keeps(rules.label_key)]
LabelValue = Annotated[str, keeps(rules.label_value)]
Image = Annotated[str, keeps(rules.image_reference)]
Version = Annotated[str, BeforeValidator(_quoted), keeps(rules.kubernetes_version)]
Cpu = Annotated[str, _as_text(A_CPU), keeps(rules.cpu)]
Memory = Annotated[str, _as_text(A_MEMORY), keeps(rules.memory)]
MaxUnavailable = Annotated[str, _as_text(pod_numbers.A_NUMBER_OF_PODS), keeps(pod_numbers.max_unavailable)]
InstanceType = Annotated[str, keeps(rules.instance_type)]
Level = Annotated[str, keeps(rules.one_of, tke.CLUSTER_LEVELS)]
DiskType = Annotated[str, keeps(rules.one_of, tke.SYSTEM_DISK_TYPES)]
DiskSize = Annotated[int, Field(ge=tke.SYSTEM_DISK_SIZES.start, le=tke.SYSTEM_DISK_SIZES.stop - 1)]
DataDiskType = Annotated[str, keeps(rules.one_of, tke.DATA_DISK_TYPES)]
DataDiskSize = Annotated[int, keeps(machine_rules.data_disk_size)]
FileSystem = Annotated[str, keeps(rules.one_of, tke.FILE_SYSTEMS)]
MountTarget = Annotated[str, keeps(machine_rules.mount_target)]
PrepaidPeriod = Annotated[int, keeps(rules.one_of, tke.PREPAID_PERIODS)]
RenewFlag = Annotated[str, keeps(rules.one_of, tke.RENEW_FLAGS)]
NodeBandwidth = Annotated[int, Field(ge=tke.NODE_PACKAGE_BANDWIDTH.start, le=tke.NODE_PACKAGE_BANDWIDTH[-1])]
NodeChargeType = Annotated[str, keeps(rules.one_of, tke.NODE_INTERNET_CHARGE_TYPES)]
PackageId = Annotated[str, keeps(machine_rules.bandwidth_package_id)]
KubeletArg = Annotated[str, keeps(machine_rules.kubelet_argument)]
KernelArg = Annotated[str, keeps(machine_rules.kernel_argument)]
KeyId = Annotated[str, keeps(rules.cloud_id, "skey")]
NatBandwidth = Annotated[int, keeps(rules.one_of, tke.NAT_BANDWIDTHS)]
PodNumber = Annotated[int, keeps(rules.one_of, tke.CLUSTER_POD_NUMBERS)]
ServiceNumber = Annotated[int, keeps(rules.one_of, tke.CLUSTER_SERVICE_NUMBERS)]
Bandwidth = Annotated[int, Field(ge=tke.INTERNET_BANDWIDTH.start, le=tke.INTERNET_BANDWIDTH.stop - 1)]
ChargeType = Annotated[str, keeps(rules.one_of, tke.INTERNET_CHARGE_TYPES)]
Port = Annotated[int, Field(ge=rules.PORTS.start, le=rules.PORTS[-1])]
Seconds = Annotated[int, Field(ge=rules.TIMEOUTS.start, le=rules.TIMEOUTS[-1])]
Percent = Annotated[int, Field(ge=pod_numbers.UTILIZATIONS.start, le=pod_numbers.UTILIZATIONS[-1])]
Pods = Annotated[int, Field(ge=rules.PODS.start, le=rules.PODS[-1])]
Nodes = Annotated[int, Field(ge=rules.NODES.start, le=rules.NODES[-1])]
VpcId = Annotated[str, keeps(rules.cloud_id, "vpc")]
SubnetId = Annotated[str, keeps(rules.cloud_id, "subnet")]
SecurityGroupId = Annotated[str, keeps(rules.cloud_id, "sg")]
LoadBalancerId = Annotated[str, keeps(rules.cloud_id, "lb")]
EipId = Annotated[str, keeps(rules.cloud_id, "eip")]
NatGatewayId = Annotated[str, keeps(rules.cloud_id, "nat")]
RouteTableId = Annotated[str, keeps(rules.cloud_id, "rtb")]
RouteId = Annotated[str, keeps(rules.route_id)]
ClusterId = Annotated[str, keeps(rules.cloud_id, "cls")]
NodePoolId = Annotated[str, keeps(rules.node_pool_id)]
NodeLabelKey = Annotated[str, keeps(machine_rules.node_label)]
ProcessText = Annotated[str, keeps(rules.process_text)]
EnvName = Annotated[str, keeps(rules.environment_name)]
ConfigKey = Annotated[str, keeps(pod_rules.config_key)]
FileName = Annotated[str, keeps(pod_rules.file_name)]
MountPath = Annotated[str, keeps(pod_rules.mount_path)]
PodSecurity = Annotated[str, keeps(rules.one_of, rules.POD_SECURITY)]
User = Annotated[int, Field(ge=rules.USERS.start, le=rules.USERS[-1])]
Capability = Annotated[str, keeps(rules.one_of, rules.BASELINE_CAPABILITIES)]
CertificateId = Annotated[str, keeps(exposure_rules.certificate_id)]
CheckInterval = Annotated[int, Field(ge=tke.HEALTH_CHECK_INTERVALS.start, le=tke.HEALTH_CHECK_INTERVALS[-1])]
CheckNumber = Annotated[int, Field(ge=tke.HEALTH_CHECK_TIMES.start, le=tke.HEALTH_CHECK_TIMES[-1])]
CheckTimeout = Annotated[int, Field(ge=tke.HEALTH_CHECK_TIMEOUTS.start, le=tke.HEALTH_CHECK_TIMEOUTS[-1])]
CheckMethod = Annotated[str, keeps(rules.one_of, tke.HEALTH_CHECK_METHODS)]
CheckHost = Annotated[str, keeps(exposure_rules.health_check_host)]
Host = Annotated[str, keeps(exposure_rules.forwarded_host)]
Path = Annotated[str, keeps(exposure_rules.forwarded_path)]
Scheduler = Annotated[str, keeps(rules.one_of, tke.SCHEDULERS)]
SessionSeconds = Annotated[int, Field(ge=tke.SESSION_EXPIRE_TIMES.start, le=tke.SESSION_EXPIRE_TIMES[-1])]
Annotation = Annotated[str, keeps(annotations.setting_annotation)]
Label = Annotated[str, keeps(annotations.label_key)]
TagKey = Annotated[str, keeps(tag_rules.tag_key)]
TagValue = Annotated[str, keeps(tag_rules.tag_value)]
