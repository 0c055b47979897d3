"""The API server without kubectl, for what is asked after every test and again and again while something is waited for."""

import http.client
import json
import ssl
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from tools.controlplane import ControlPlane

__all__ = ["Api"]

SECONDS = 30.0
MERGE = "application/merge-patch+json"


class Api:
    """An administrator's requests; LookupError where an object is not there, OSError for every other refusal."""

    def __init__(self, plane: ControlPlane) -> None:
        configuration = json.loads(plane.kubeconfig.read_text())
        user = configuration["users"][0]["user"]
        self._context = ssl.create_default_context(
            cafile=configuration["clusters"][0]["cluster"]["certificate-authority"]
        )
        self._context.load_cert_chain(user["client-certificate"], user["client-key"])
        self._server = urlsplit(plane.url).netloc

    def items(self, path: str) -> list[dict[str, Any]]:
        """The objects of a list, such as `/api/v1/namespaces`."""
        found: list[dict[str, Any]] = self.ask("GET", path)["items"]
        return found

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the server answers to one request; a body of PATCH is merged."""
        kind = MERGE if method == "PATCH" else "application/json"
        with closing(http.client.HTTPSConnection(self._server, timeout=SECONDS, context=self._context)) as connection:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
            answer = connection.getresponse()
            text = answer.read().decode()
        if answer.status == http.HTTPStatus.NOT_FOUND:
            raise LookupError(f"{method} {path}: {text}")
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise OSError(f"{method} {path}: {answer.status} {text}")
        found: dict[str, Any] = json.loads(text)
        return found
