"""The base of every component: where its children hang, and what they wait for."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from realip import resource_types
from realip.components._arguments import Arguments, raise_all
from realip.problems import MISSING, Problem

__all__ = [
    "NO_PROVIDER",
    "Children",
    "Component",
    "KubernetesComponent",
    "after",
    "camel_case",
    "named",
    "names_kubernetes_provider",
]


NO_PROVIDER = Problem(
    "opts",
    MISSING,
    "has no Kubernetes provider, and the ambient kubeconfig may be any cluster's; "
    "pass opts=pulumi.ResourceOptions(provider=...), such as ClusterAccess's `provider`",
)
"""The problem of a component of Kubernetes objects that would land on whatever cluster is around."""


@dataclass(frozen=True)
class Children:
    """The children of a component: their parent, their provider and what they depend on."""

    parent: pulumi.ComponentResource
    """The component."""
    depends_on: Any = None
    """`depends_on` of the component's own options: Pulumi does not hand it down."""
    after: tuple[pulumi.Resource, ...] = ()
    """Resources that they depend on besides."""
    provider: pulumi.ProviderResource | None = None
    """Their provider, where it is not the parent's."""

    def with_provider(self, provider: pulumi.ProviderResource) -> "Children":
        """The same children, of that provider."""
        return replace(self, provider=provider)

    def depending_on(self, *resources: pulumi.Resource) -> "Children":
        """The same children, which depend on `resources` too."""
        return replace(self, after=(*self.after, *resources))

    def options(self, *depends_on: pulumi.Resource, **options: Any) -> pulumi.ResourceOptions:
        """Options of one child, which depends on `depends_on` besides."""
        own = pulumi.ResourceOptions(
            parent=self.parent, provider=self.provider, depends_on=[*self.after, *depends_on], **options
        )
        if self.depends_on is None:
            return own
        return pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=self.depends_on))


class Component(pulumi.ComponentResource):
    """A component resource `realip:index:<class name>`.

    `opts` belongs to the component itself. What it must wait for, in `opts.depends_on`, its children wait for too: Pulumi
    does not hand that down by itself.
    """

    _judges_children = False
    """It has judged itself what an update of its children may not do."""
    _found_before: Sequence[Problem] = ()
    """Problems that whoever translated the arguments has found in them."""
    _spelt: Callable[[Problem], Problem] = staticmethod(lambda problem: problem)
    """A problem in the words of the language of the program."""

    def __init__(
        self,
        name: str,
        opts: pulumi.ResourceOptions | None,
        problems: Iterable[Problem] = (),
        refusals: Iterable[Problem] = (),
    ) -> None:
        """Register the component, unless there are `problems`, or `refusals` of an update, which a preview warns of."""
        component, preview = f"{type(self).__name__} {name!r}", pulumi.runtime.is_dry_run()
        self._called = component
        told = [*map(self._spelt, [*self._problems_of_place(name, opts), *problems]), *self._found_before]
        judged = getattr(getattr(opts, "parent", None), "_judges_children", False)
        refused = () if judged else tuple(map(self._spelt, refusals))
        raise_all(component, [*told, *(() if preview else refused)])
        for problem in refused:
            pulumi.log.warn(f"{component}: {problem}")
        self.resources: dict[str, pulumi.Resource] = {}
        """The resources that the component made, each by the rest of its name behind the component's: `resources["service"]`. One of the
        component's own name has that of its kind: `resources["cluster"]`."""
        noting = pulumi.ResourceOptions(transformations=[self._note])
        own = pulumi.ResourceOptions.merge(opts, noting)
        super().__init__(f"realip:index:{type(self).__name__}", name, None, own)
        self._name = name
        self._children = Children(self, None if opts is None else opts.depends_on)

    def register_outputs(self, outputs: Any) -> None:
        """End the component with its outputs, under the names that they have in every language."""
        super().register_outputs({camel_case(name): value for name, value in outputs.items()})

    def _note(self, made: pulumi.ResourceTransformationArgs) -> None:
        """Keep a child, and leave it as it is: Pulumi tells of every one, so that none can be forgotten."""
        if made.opts.parent is self:
            kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", made.type_.rpartition(":")[2]).lower()
            self.resources[made.name.removeprefix(self._name).removeprefix("-") or kind] = made.resource

    def _problems_of_place(self, name: object, opts: object) -> Iterable[Problem]:
        """Calls that Pulumi would end with a traceback: no name, or options that are none."""
        if not isinstance(name, str) or not name:
            yield Arguments().lacks("name", "is no text; name the component")
        if not isinstance(opts, pulumi.ResourceOptions | None):
            yield Arguments().lacks("opts", "are no options; write pulumi.ResourceOptions(...)")


class KubernetesComponent(Component):
    """A component of Kubernetes objects, which refuses to run on whatever kubeconfig happens to be around."""

    def _problems_of_place(self, name: object, opts: object) -> Iterable[Problem]:
        yield from super()._problems_of_place(name, opts)
        if opts is None or (isinstance(opts, pulumi.ResourceOptions) and not _has_kubernetes_provider(opts)):
            yield NO_PROVIDER


def after(value: pulumi.Output[str], resource: pulumi.Resource) -> pulumi.Output[str]:
    """The same value, for which whoever uses it waits for `resource`, too; it stays known while that is replaced."""

    async def resources() -> set[pulumi.Resource]:
        return {*await value.resources(), resource}

    # Typed as what it may be where it is unknown: an Output of that takes it all the same.
    future: Any = value.future(with_unknowns=True)
    return pulumi.Output(resources(), future, value.is_known(), value.is_secret())


def camel_case(name: str) -> str:
    """A name of Python's as TKE and Pulumi's schemas spell it."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def named(args: Any, name: object) -> Any:
    """Arguments with the display name that the cloud shows where none is said, the component's own: it keeps the same rules."""
    if not isinstance(args, Mapping) or "display_name" in args or not isinstance(name, str) or not name:
        return args
    return {**args, "display_name": name}


def names_kubernetes_provider(opts: pulumi.ResourceOptions) -> bool:
    """These options themselves, and not those of a parent, name a Kubernetes provider."""
    given = opts.providers.values() if isinstance(opts.providers, Mapping) else opts.providers or ()
    return any(getattr(provider, "package", None) == "kubernetes" for provider in (opts.provider, *given))


def _has_kubernetes_provider(opts: pulumi.ResourceOptions) -> bool:
    """Kubernetes objects of a component with these options have a provider that somebody named."""
    if names_kubernetes_provider(opts):
        return True
    return opts.parent is not None and opts.parent.get_provider(resource_types.SERVICE) is not None
