"""The provider that makes components for programs in other languages."""

import json
import sys
from collections.abc import Sequence

import pulumi
from pulumi.provider import main
from pulumi.provider.experimental.component import ComponentProvider

import realip
from realip.hosting.catalogue import COMPONENTS
from realip.hosting.schema import refined

__all__ = ["Host", "serve"]


class Host(ComponentProvider):
    """Serves components: their schema, and each one that a program asks for."""

    def __init__(self, components: Sequence[type[pulumi.ComponentResource]] = COMPONENTS) -> None:
        """Read the schema of `components`."""
        super().__init__(list(components), "realip", None, realip.__version__)
        self.schema = json.dumps(refined(json.loads(str(self.schema))))


def serve() -> None:
    """Serve the components until the engine that started this program ends it."""
    main(Host(), sys.argv[1:])
