"""The components as a Pulumi package, for programs in TypeScript, Go, Java, C#, YAML, and Python too.

The engine starts `plugin/`, which calls `serve`; programs find the components in a schema that is read from their own
annotations and docstrings, and told in words that belong to no language.
"""

from realip.hosting.provider import Host, serve

__all__ = ["Host", "serve"]
