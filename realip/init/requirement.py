"""Where pip finds this library again for a new project: where it came from itself."""

import json
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import realip

__all__ = ["published", "requirement"]

_NAME = "realip"
_HERE = Path(realip.__file__).resolve().parent


def requirement() -> str:
    """The line of a requirements.txt for the library that runs: its release, its file, its repository or its checkout."""
    try:
        installed = distribution(_NAME)
    except PackageNotFoundError:
        installed = None
    if installed is not None and Path(str(installed.locate_file(_NAME))).resolve() == _HERE:
        return _origin(installed) or f"{_NAME}=={realip.__version__}"
    if (_HERE.parent / "pyproject.toml").is_file():
        return f"{_NAME} @ {_HERE.parent.as_uri()}"
    return published()


def published() -> str:
    """The line for whoever has only a template: the release of the project's repository.

    Without a repository it is the wheel, put beside: its name is nobody's on the Python Package Index, and what nobody has
    anybody can take.
    """
    if realip.__homepage__:
        return f"{_NAME} @ git+{realip.__homepage__}@v{realip.__version__}"
    return f"./{_NAME}-{realip.__version__}-py3-none-any.whl"


def _origin(installed: Distribution) -> str | None:
    """Where an installed library came from, as installers write it down (PEP 610); None if from an index."""
    text = installed.read_text("direct_url.json")
    if text is None:
        return None
    origin: dict[str, Any] = json.loads(text)
    url = str(origin["url"])
    if version_control := origin.get("vcs_info"):
        url = f"{version_control['vcs']}+{url}@{version_control['commit_id']}"
    if folder := origin.get("subdirectory"):
        url = f"{url}#subdirectory={folder}"
    return f"{_NAME} @ {url}"
