"""What every component has in common: where its children hang, what they wait for, and how bad arguments are told."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from realip.errors import InputError

__all__ = ["ArgumentError", "Component", "KubernetesComponent", "Parts", "demand", "security_rule", "whole"]


class ArgumentError(InputError, pulumi.RunError):
    """An argument that a component cannot use; Pulumi prints it without a traceback."""


@dataclass(frozen=True)
class Parts:
    """What a component makes its parts with: their options, and a refusal of arguments that nobody could use."""

    component: pulumi.ComponentResource
    """Whose parts they are."""
    name: str
    """The component's name."""
    waits_for: Any = None
    """What they wait for, since the component does."""
    after: tuple[pulumi.Resource, ...] = ()
    """What they wait for besides."""
    provider: pulumi.ProviderResource | None = None
    """Whose they are, where that is not the component's."""
    path: str = ""
    """Where the arguments are that ask for them."""
    once_in: tuple[str, str] | None = None
    """Class and name of a component that held them in an earlier version: what it made is taken over."""

    def at(self, path: str) -> "Parts":
        """The same for parts that the arguments under `path` ask for, such as `apps["cart"].`."""
        return replace(self, path=self.path + path)

    def on(self, provider: pulumi.ProviderResource) -> "Parts":
        """The same for parts of that provider."""
        return replace(self, provider=provider)

    def behind(self, *after: pulumi.Resource) -> "Parts":
        """The same for parts that come after `after`."""
        return replace(self, after=(*self.after, *after))

    def once_held_by(self, component: type["Component"], name: str) -> "Parts":
        """The same for parts that a component of their own held in an earlier version."""
        return replace(self, once_in=(component.__name__, name))

    def options(self, *after: pulumi.Resource, **options: Any) -> pulumi.ResourceOptions:
        """Options of a part, which comes after `after` and after whatever the component waits for."""
        own = pulumi.ResourceOptions(
            parent=self.component,
            provider=self.provider,
            depends_on=[*self.after, *after],
            aliases=self._aliases(),
            **options,
        )
        if self.waits_for is None:
            return own
        return pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=self.waits_for))

    def _aliases(self) -> list["pulumi.Input[str | pulumi.Alias]"] | None:
        if self.once_in is None:
            return None
        kind, name = self.once_in
        return [pulumi.Alias(parent=pulumi.create_urn(name, f"realip:index:{kind}", self.component))]

    def refuse(self, argument: str, value: object, problem: str) -> ArgumentError:
        """The error for an argument: which one of which component, its value, what is wrong and what to do."""
        return ArgumentError(
            f"{type(self.component).__name__} {self.name!r}: {self.path}{argument} = {value!r}: {problem}"
        )

    def check(self, argument: str, value: object, rule: Callable[[str], object]) -> Iterator[ArgumentError]:
        """What a rule has against an argument whose value is known already; what is known later, TKE judges."""
        if isinstance(value, str):
            try:
                rule(value)
            except ValueError as error:
                yield self.refuse(argument, value, str(error))


def demand(problems: Iterable[ArgumentError]) -> None:
    """Raise everything that is wrong with a component's arguments as one ArgumentError, if anything is."""
    told = [str(problem) for problem in problems]
    if told:
        raise ArgumentError("\n".join(told))


class Component(pulumi.ComponentResource):
    """A component resource `realip:index:<class name>`.

    `opts` belongs to the component itself. What it must wait for, in `opts.depends_on`, its children wait for too: Pulumi
    does not hand that down by itself.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None) -> None:
        """Register the component."""
        super().__init__(f"realip:index:{type(self).__name__}", name, None, opts)
        self._name = name
        self._parts = Parts(self, name, None if opts is None else opts.depends_on)


class KubernetesComponent(Component):
    """A component of Kubernetes objects, which refuses to run on whatever kubeconfig happens to be around."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None) -> None:
        """Register the component and look for its provider."""
        super().__init__(name, opts)
        if self.get_provider("kubernetes:core/v1:Service") is None:
            raise ArgumentError(
                f"{type(self).__name__} {name!r}: has no Kubernetes provider, and the ambient kubeconfig may be any cluster's; "
                "pass opts=pulumi.ResourceOptions(provider=...), such as ClusterAccess's `provider`"
            )


def whole(value: "pulumi.Input[int]") -> "pulumi.Input[int]":
    """A whole number: other languages hand over 80.0 for 80."""
    if isinstance(value, int | float):
        return int(value)
    return pulumi.Output.all(value).apply(lambda values: int(values[0]))


def security_rule(cidr: str, protocol: str, port: str, description: str) -> dict[str, str]:
    """A rule of a security group that accepts `cidr`, of either address family (provider security_group_rule_set)."""
    source = {"ipv6_cidr_block" if ":" in cidr else "cidr_block": cidr}
    return {"action": "ACCEPT", "protocol": protocol, "port": port, "description": description, **source}
