"""RealIpStack for programs in other languages: settings as typed arguments, known before anything is made."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

import pulumi

from realip import stack
from realip.components._arguments import ArgumentError
from realip.components._component import names_kubernetes_provider
from realip.hosting.nulls import LOAD_BALANCER, NOTHING_LEFT
from realip.hosting.outputs import revealed
from realip.hosting.stack_arguments import RealIpStackArgs
from realip.problems import MISSING, Problem
from realip.settings.advice import advice, refusals
from realip.settings.loading import parse_settings, provider_region
from realip.settings.models import Settings
from realip.settings.problems import SettingsError
from realip.settings.secrets import hidden
from realip.stack_arguments import plain_values

__all__ = ["RealIpStack"]


class RealIpStack(stack.RealIpStack):
    """Everything that a scenario needs, from the VPC to the address that clients connect to, or on a cluster that is there.

    Each argument is a setting of the same name, with the same default. They are plain values, known before anything is made;
    secrets among them may be outputs that depend on no resource, such as those of the program's configuration.
    """

    scenario: pulumi.Output[str]
    """The scenario's slug."""
    reads: pulumi.Output[str]
    """Where the app reads the client's address: socket peer or X-Forwarded-For."""
    address: pulumi.Output[str]
    """Address of the exposure: an IP address or a hostname."""
    url: pulumi.Output[str]
    """Where to point a browser."""
    cluster_id: pulumi.Output[str]
    """Id of the cluster, `cls-...`."""
    kubeconfig: pulumi.Output[str]
    """Administrator's kubeconfig; a secret."""
    namespace: pulumi.Output[str]
    """The app's namespace."""
    deployment: pulumi.Output[str | None]
    """The Deployment's name, where the stack deploys the app."""
    service: pulumi.Output[str]
    """The Service's name."""
    ingress: pulumi.Output[str | None]
    """The Ingress's name, where there is one."""
    network_ranges: pulumi.Output[Mapping[str, Sequence[str]] | None]
    """Networks of the stack by what is in them, of a cluster that it makes: a client's address lies in none of them."""

    def __init__(self, name: str, args: RealIpStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Compose the stack; ArgumentError if anything in the settings is wrong."""
        revealed, secret = _values(args)
        values, found = plain_values(revealed)
        if values.get(LOAD_BALANCER) == {}:
            found = {**found, (LOAD_BALANCER,): Problem(LOAD_BALANCER, MISSING, NOTHING_LEFT)}
        component = f"{type(self).__name__} {name!r}"
        try:
            settings = parse_settings(values, region=_region(opts), secret=secret, found=found)
        except SettingsError as error:
            raise ArgumentError(component, map(self._spelt, error.problems)) from None
        for problem in hidden(_warnings(settings), values, secret):
            pulumi.log.warn(str(self._spelt(problem)))
        super().__init__(name, settings, _without_kubernetes(component, opts))
        made: dict[str, Any] = {
            key: value if value is None else pulumi.Output.from_input(value)
            for key, value in self.stack_outputs.items()
        }
        self.scenario, self.reads = made["scenario"], made["reads"]
        self.address, self.url = made["address"], made["url"]
        self.cluster_id, self.kubeconfig = made["clusterId"], made["kubeconfig"]
        self.namespace, self.deployment = made["namespace"], made["deployment"]
        self.service, self.ingress = made["service"], made["ingress"]
        self.network_ranges = made["networkRanges"]


def _values(args: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """The settings as plain values, and the sections that hold a secret: a kubeconfig is one, whoever says so."""
    found = {section: revealed(value) for section, value in args.items()}
    values = {section: value for section, (value, _) in found.items()}
    secret = {section for section, (_, hides) in found.items() if hides}
    access = values.get("access")
    if isinstance(access, Mapping) and access.get("kubeconfig") is not None:
        secret.add("access")
    return values, secret


def _region(opts: pulumi.ResourceOptions | None) -> str | None:
    """The region of the default Tencent provider; unknown where the program gives one of its own."""
    given = {} if opts is None else _providers(opts)
    return None if "tencentcloud" in given else provider_region(pulumi.Config("tencentcloud").get("region"))


def _without_kubernetes(component: str, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions | None:
    """Options without a Kubernetes provider, and a word on it: one that a parent has comes like one that somebody gave."""
    if opts is None or not names_kubernetes_provider(opts):
        return opts
    pulumi.log.warn(f"{component}: its options {stack.UNUSED_PROVIDER}")
    kept = copy(opts)
    kept.providers = {package: provider for package, provider in _providers(opts).items() if package != "kubernetes"}
    return kept


def _providers(opts: pulumi.ResourceOptions) -> Mapping[str, pulumi.ProviderResource]:
    """The providers by their package, as the plugin gets them."""
    return opts.providers if isinstance(opts.providers, Mapping) else {}


def _warnings(settings: Settings) -> Iterator[Problem]:
    """Settings that somebody may not have wanted, and in a preview those that an update refuses."""
    if pulumi.runtime.is_dry_run():
        yield from refusals(settings)
    yield from advice(settings)
