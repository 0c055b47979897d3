"""The API server without kubectl, for what is asked after every test and again and again while something is waited for."""

import json
from typing import Any

from lab.rig.api import NOT_FOUND, client
from tools.controlplane import ControlPlane

__all__ = ["Api"]

MERGE = "application/merge-patch+json"


class Api:
    """An administrator's requests; LookupError where an object is not there, OSError for every other refusal."""

    def __init__(self, plane: ControlPlane) -> None:
        self._client = client(plane.kubeconfig)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def items(self, path: str) -> list[dict[str, Any]]:
        """The objects of a list, such as `/api/v1/namespaces`."""
        found: list[dict[str, Any]] = self.ask("GET", path)["items"]
        return found

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the server answers to one request; a body of PATCH is merged."""
        kind = {"Content-Type": MERGE if method == "PATCH" else "application/json"}
        answer = self._client.request(method, path, content=None if body is None else json.dumps(body), headers=kind)
        if answer.is_error:
            missing = answer.status_code == NOT_FOUND
            raise (LookupError if missing else OSError)(f"{method} {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found
