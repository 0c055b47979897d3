"""The programs that end-to-end tests and the lab run: found on this machine, or built from pinned sources.

``python3 -m tools`` makes everything ready and prints where it is; ``tools.locate(name)`` answers the path of one program
or raises :class:`ToolMissing` with the remedy. Only the standard library is needed, so no environment has to exist first.
"""

from tools.catalogue import locate
from tools.errors import ToolMissing

__all__ = ["ToolMissing", "locate"]
