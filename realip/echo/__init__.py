"""The echo app: a program that answers with the address that its socket saw, the headers that came, and its pod's name.

`server.py` is all of it, on the standard library alone, so that a ConfigMap on a plain Python image is enough to run it. Its text goes
into the ConfigMap; nothing imports it.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

__all__ = ["FILE", "FOLDER", "IMAGE", "POD", "PORT", "USER", "name_behind", "source"]

IMAGE = "docker.io/library/python:3.12-alpine"
"""The image that it runs on where nobody names another one: any with Python 3.9 or later as `python3` will do."""
USER = 65532
"""The user that it runs as, who owns nothing."""
FOLDER = "/opt/realip-echo"
"""The folder of its container in which the program lies."""
FILE = "server.py"
PORT, POD = "PORT", "POD_NAME"
"""Environment variables that tell it where to listen and what to call itself."""


@cache
def source() -> str:
    """The text of the program."""
    return (Path(__file__).parent / FILE).read_text(encoding="utf-8")


@cache
def name_behind() -> str:
    """The end of the ConfigMap's name: it changes with the program, so that pods are replaced with it."""
    return f"-echo-{sha256(source().encode()).hexdigest()[:8]}"
