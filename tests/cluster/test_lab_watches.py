"""The lab's client of the API server on a real one."""

import threading
from contextlib import suppress

import httpx

from lab.rig.api import CONFIG_MAP, INGRESS, Api
from tools.controlplane import ControlPlane

QUIET_SECONDS = 5.0
"""Longer than the three seconds after which a server ends a watch that it takes for one from the future."""
NAME = "heard-by-a-watch"


def test_a_watch_outlasts_a_quiet_time_and_hears_what_changes_after_it(control_plane: ControlPlane) -> None:
    """A watch that ends and begins again has the lab's agents read everything anew, once a second."""
    quiet, heard, ended = threading.Event(), threading.Event(), threading.Event()

    def listen(kind: str, told: threading.Event) -> None:
        with Api(control_plane.kubeconfig) as api, suppress(httpx.HTTPError):
            for _ in api.changes(kind):
                told.set()
        ended.set()

    for kind, told in ((INGRESS, quiet), (CONFIG_MAP, heard)):
        threading.Thread(target=listen, args=(kind, told), daemon=True).start()
    assert not ended.wait(QUIET_SECONDS), "the server ended a watch"
    assert not quiet.is_set(), "something was told of a kind of which there is nothing"
    heard.clear()
    with Api(control_plane.kubeconfig) as api:
        api.create(CONFIG_MAP, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": NAME}}, "default")
        try:
            assert heard.wait(QUIET_SECONDS), "a new object was not told of"
        finally:
            api.delete(CONFIG_MAP, "default", NAME)
