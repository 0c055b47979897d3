"""A pod template is merged as a real API server merges it: the same patch of the same template gives the same template.

`python -m tests.cluster.test_strategic_merge` writes what a server has confirmed into tests/unit, for those who have none.
"""

import http.client
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from realip.pod_template_form import form_faults
from realip.strategic_merge import merged
from tests.support.patches import BASE, patch
from tools.controlplane import ControlPlane
from tools.pod_fields import FILE, pod_fields

TEMPLATES = "/api/v1/namespaces/default/podtemplates"
STRICTLY = "dryRun=All&fieldValidation=Strict"
CONFIRMED = Path(__file__).parents[1] / "unit" / "confirmed_merges.json"

Ask = Callable[[str, str, Any], tuple[int, Any]]


@contextmanager
def asking(plane: ControlPlane) -> Iterator[Ask]:
    """One kept connection to the API server: kubectl for each of a thousand questions would take minutes."""
    config = json.loads(plane.kubeconfig.read_text())
    context = ssl.create_default_context(cafile=config["clusters"][0]["cluster"]["certificate-authority"])
    user = config["users"][0]["user"]
    context.load_cert_chain(user["client-certificate"], user["client-key"])
    server = urlsplit(plane.url)
    connection = http.client.HTTPSConnection(server.hostname or "", server.port, context=context, timeout=30)

    def ask(method: str, path: str, body: Any) -> tuple[int, Any]:
        kind = "application/strategic-merge-patch+json" if method == "PATCH" else "application/json"
        connection.request(method, path, json.dumps(body), {"Content-Type": kind})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    status, answer = ask("POST", TEMPLATES, _object("base", BASE))
    assert status == 201, answer
    try:
        yield ask
    finally:
        ask("DELETE", f"{TEMPLATES}/base", None)
        connection.close()


def _object(name: str, template: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": name}, "template": template}


def confirmed(ask: Ask, seeds: range) -> Iterator[tuple[int, Any]]:
    """The patches that a server takes, each with what comes of it here, once the server has been found to make the same."""
    for seed in seeds:
        change = patch(seed)
        status, theirs = ask("PATCH", f"{TEMPLATES}/base?{STRICTLY}", {"template": change})
        if status != 200:
            continue
        told = [fault for fault in form_faults(change) if fault.steps[:1] != ("metadata",)]
        assert told == [], (seed, change)
        ours = merged(BASE, change)
        status, made = ask("POST", f"{TEMPLATES}?{STRICTLY}", _object("ours", ours))
        assert status == 201, (seed, change, made)
        assert made["template"] == theirs["template"], (seed, change)
        yield seed, ours


def test_what_a_server_makes_of_a_patch_is_what_is_made_here(control_plane: ControlPlane) -> None:
    with asking(control_plane) as ask:
        assert len(list(confirmed(ask, range(1000, 1600)))) > 300


def test_a_server_knows_the_fields_that_are_known_here(control_plane: ControlPlane) -> None:
    published = pod_fields(json.loads(control_plane.kubectl("get", "--raw", "/openapi/v2")))
    assert published == json.loads(FILE.read_text(encoding="utf-8")), "run python -m tools.pod_fields"


if __name__ == "__main__":
    with ControlPlane() as plane, asking(plane) as server:
        lines = ",\n".join(json.dumps(found, sort_keys=True) for found in confirmed(server, range(60)))
        CONFIRMED.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
