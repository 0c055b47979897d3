"""Applications that believe one thing or another, as functions of a request: their own ground truth stands in the tests."""

from collections.abc import Callable
from typing import Any

from tests.verify.servers import Request

Show = Callable[[Request], Any]


def header(request: Request, name: str) -> str:
    """All lines of a header as one."""
    return ", ".join(request.all(name))


def appended(request: Request) -> str:
    """X-Forwarded-For after a hop that appends its peer."""
    return ", ".join([*request.all("x-forwarded-for"), request.peer])


def leftmost(request: Request) -> str:
    """What an application takes that believes the client."""
    return header(request, "x-forwarded-for").split(",")[0].strip() or request.peer


def shown(request: Request, **changed: str) -> dict[str, str]:
    """The headers as an echo shows them, some changed by a hop."""
    names = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    kept = {name: header(request, name) for name, _ in request.headers if name.lower() not in names}
    return {**kept, **names}


def cgi(request: Request, **more: str) -> dict[str, str]:
    """The headers as CGI variables, in which '-' and '_' are one."""
    found: dict[str, str] = {}
    for name, value in request.headers:
        variable = "HTTP_" + name.upper().replace("-", "_")
        found[variable] = f"{found[variable]},{value}" if variable in found else value
    return {**found, **more}
