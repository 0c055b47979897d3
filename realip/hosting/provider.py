"""The provider that makes components for programs in other languages."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import grpc
import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc

import realip
from realip import stack_arguments
from realip.components._arguments import A_RESOURCE, ArgumentError
from realip.components._hooks import HOSTED
from realip.errors import nearest
from realip.hosting.arguments import Translation
from realip.hosting.catalogue import COMPONENTS
from realip.hosting.confidential import Confidential, steps
from realip.hosting.nulls import keep_nulls
from realip.hosting.references import take_references
from realip.hosting.refusal import refusal
from realip.hosting.schema import refined
from realip.hosting.spelling import Spelling, setting
from realip.hosting.stack import RealIpStack
from realip.hosting.stack_arguments import RealIpStackArgs
from realip.package import metadata
from realip.problems import MISSING, Problem

__all__ = ["Host", "Servicer", "serve"]

_LARGEST_MESSAGE = 400 * 2**20
"""Bytes, as the engine's own limit."""
_NO_METHODS = "realip has components, and neither methods nor functions"
_RESOURCES: ContextVar[Sequence[str]] = ContextVar("_RESOURCES", default=())
"""The places of resources among the inputs of the component that is made."""


class Host(ComponentProvider):
    """Serves components: their schema, and each one that a program asks for."""

    def __init__(self, components: Sequence[type[pulumi.ComponentResource]] = COMPONENTS) -> None:
        """Read the schema of `components`."""
        super().__init__(list(components), "realip", None, realip.__version__)
        # Settings have the schema's names themselves.
        self._spelling = Spelling(
            (found for found in self._component_defs.values() if found.module != RealIpStack.__module__),
            (found for found in self._type_defs.values() if found.module != RealIpStackArgs.__module__),
        )
        head = metadata(realip.__homepage__, realip.__version__)
        self.schema = json.dumps(refined(json.loads(str(self.schema)), head, self._spelling.text))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make a component; what its arguments cannot be is refused property by property, all at once."""
        token = resource_type.removeprefix("realip:index:")
        if token not in self._components:
            raise pulumi.RunError(f"{resource_type} is no component of realip; {nearest(token, self._components)}")
        component, definition = self._components[token], self._component_defs[token]
        ways: dict[str, Any] = {}
        if component is RealIpStack:  # its arguments have the schema's names themselves
            arguments, ways = dict(inputs), {"_spelt": staticmethod(setting)}
            resources = _resources(stack_arguments.A_RESOURCE)
        else:
            translation = Translation(self._type_defs)
            arguments = translation.arguments(inputs, definition)
            unknown = tuple(map(self._spelling.unknown_key, translation.problems))
            resources = _resources(A_RESOURCE)
            ways = {"_found_before": (*unknown, *resources), "_spelt": staticmethod(self._spelling.problem)}
        hosted: Any = type(token, (component,), ways)
        try:
            made = hosted(name, arguments, options)
        except ArgumentError as error:
            confidential = Confidential(definition, self._type_defs)
            raise refusal(_one_each(error.problems, resources), lambda path: confidential.hides(path, inputs)) from None
        except pulumi.RunError:
            raise
        except Exception as error:
            raise ComponentInitError(error) from error
        return ConstructResult(made.urn, self.get_state(made, definition))

    def told_later(self, error: ArgumentError) -> InputPropertiesError:
        """The problems of values that were not known before, which may be secrets."""
        return refusal(map(self._spelling.problem, error.problems), lambda _: True)


class Servicer(ProviderServicer):
    """Speaks the engine's protocol; an error that is meant for a person reaches one as it is."""

    provider: Host

    async def _construct(self, request: proto.ConstructRequest, context: Any) -> proto.ConstructResponse:
        keep_nulls(request.inputs)
        resources = _RESOURCES.set(take_references(request.inputs))
        within = HOSTED.set(f"-{_qualified(request)}")
        try:
            return await super()._construct(request, context)
        except ArgumentError as error:  # of a value that was known only later
            raise self.provider.told_later(error) from None
        except pulumi.RunError as error:
            raise InputPropertiesError(str(error), []) from None
        finally:
            HOSTED.reset(within)
            _RESOURCES.reset(resources)

    async def Call(self, request: proto.CallRequest, context: Any) -> proto.CallResponse:  # noqa: N802 - gRPC's name
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.tok} is not there: {_NO_METHODS}")
        raise AssertionError

    async def Invoke(self, request: proto.InvokeRequest, context: Any) -> proto.InvokeResponse:  # noqa: N802
        await context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.tok} is not there: {_NO_METHODS}")
        raise AssertionError


def _resources(words: str) -> list[Problem]:
    return [Problem(path, MISSING, words) for path in _RESOURCES.get()]


def _one_each(problems: Sequence[Problem], resources: Sequence[Problem]) -> Iterator[Problem]:
    """All problems; of a property that is a resource, or has one in it, nothing but that, whatever it was read as."""
    places = [tuple(steps(problem.path)) for problem in resources]
    around = {place[:end] for place in places for end in range(1, len(place) + 1)}
    yield from (problem for problem in problems if tuple(steps(problem.path)) not in around)
    yield from resources


def _qualified(request: proto.ConstructRequest) -> str:
    """The component's type with its parents', and its name: what tells it from every other of its stack."""
    parents = request.parent.split("::")[2] + "$" if request.parent else ""
    return f"{parents}{request.type}::{request.name}"


def serve() -> None:
    """Serve the components until the engine that started this program, and gave its address, ends it."""
    engine = next(argument for argument in sys.argv[1:] if not argument.startswith("-"))

    async def until_ended() -> None:
        server = grpc.aio.server(options=[("grpc.max_receive_message_length", _LARGEST_MESSAGE)])
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(Host(), sys.argv[1:], engine), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    try:
        asyncio.run(until_ended())
    except KeyboardInterrupt:
        return
