"""The resident process of one scenario's lab: control plane, kube-proxies, kubelets and load balancer controller.

It lives in the control plane's namespace and ends with it. `python -m lab.rig.agent SLUG FOLDER` is how `python -m lab up` starts it.
"""

import json
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import httpx

from lab.rig.api import CONFIG_MAP, DEFINITION, INGRESS, NODE, POD, SECRET, SERVICE, SLICE, TKE_SERVICE_CONFIG, Api
from lab.rig.balancer import Balancer
from lab.rig.controller import Controller
from lab.rig.kubelet import Kubelet
from lab.rig.layout import Layout, Node, layout_of
from lab.rig.shell import inside, wait_for
from lab.rig.tke_keys import CONTROLLER_CONFIG
from realip.scenarios import by_slug
from tools.catalogue import locate
from tools.controlplane import ControlPlane
from tools.processes import Background

HEARTBEAT_SECONDS = 10.0
RETRY_SECONDS = 0.2
WATCHED = (POD, SERVICE, INGRESS, SLICE, NODE, CONFIG_MAP, SECRET, TKE_SERVICE_CONFIG)
# Nobody reports nodes as lost here, and a paused lab must not find its pods evicted.
CONTROLLERS = ("*", "-node-lifecycle-controller", "-taint-eviction-controller")
READY_FILE = "ready"
KUBECONFIG = "kubeconfig"
LOG = "agent.log"


def proxy_configuration(layout: Layout, node: Node, kubeconfig: Path) -> dict[str, object]:
    """kube-proxy as TKE runs it in iptables mode; it changes no setting of the machine's connection tracking."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig)},
        "hostnameOverride": node.name,
        "mode": "iptables",
        "clusterCIDR": str(layout.ranges.pods[0]) if layout.routed_pods else str(layout.ranges.vpc[0]),
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "oomScoreAdj": 0,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "iptables": {"minSyncPeriod": "0s", "syncPeriod": "30s"},
    }


class Agent:
    """Runs until it is told to stop."""

    def __init__(self, layout: Layout, folder: Path) -> None:
        """`folder` takes kubeconfig, logs and what the lab is bound to."""
        self._layout = layout
        self._folder = folder
        self._wakes = {part: threading.Event() for part in ("kubelet", "controller")}
        self._stopped = False

    def run(self) -> None:
        """Start everything, say so in the file `ready`, and keep pods and load balancer in line with the objects."""
        signal.signal(signal.SIGTERM, self._stop)
        folder = self._folder / "control-plane"
        folder.mkdir(exist_ok=True)
        with ControlPlane(
            bind=str(self._layout.control_plane),
            service_cidr=str(self._layout.ranges.services[0]),
            controllers=CONTROLLERS,
            folder=folder,
        ) as control:
            (self._folder / KUBECONFIG).write_bytes(control.kubeconfig.read_bytes())
            with Api(control.kubeconfig) as api:
                self._serve(control, api)

    def _serve(self, control: ControlPlane, api: Api) -> None:
        self._define_tke_service_config(api)
        balancer = Balancer(self._layout, self._folder, self._wakes["controller"].set)
        with Api(control.kubeconfig) as another:
            controller = Controller(another, self._layout, balancer)
            kubelet = Kubelet(api, self._layout, self._folder, self._wakes["kubelet"].set, controller.wait_weightless)
            kubelet.register()
            self._make_controller_config(api)
            proxies = self._proxies(control)
            for kind in WATCHED:
                threading.Thread(target=self._watch, args=(control.kubeconfig, kind), daemon=True).start()
            for what in (kubelet.renew, kubelet.sync, controller.sync):
                what()
            # On its own, as in a cluster: a change at the load balancer takes its time, and pods do not wait for it.
            threading.Thread(target=self._keep, args=("controller", controller.sync), daemon=True).start()
            (self._folder / READY_FILE).touch()
            while not self._stopped:
                for proxy in proxies:
                    proxy.check("while the lab was up")
                if self._wakes["kubelet"].wait(HEARTBEAT_SECONDS):
                    self._wakes["kubelet"].clear()
                    self._attempt("kubelet", kubelet.sync)
                else:
                    self._attempt("kubelet", kubelet.renew)

    def _keep(self, part: str, sync: Callable[[], None]) -> None:
        while not self._stopped:
            if self._wakes[part].wait(HEARTBEAT_SECONDS):
                self._wakes[part].clear()
                self._attempt(part, sync)

    def _attempt(self, part: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:  # noqa: BLE001 - one strange object must not take the lab down
            # Written down and tried again: an object may have gone between reading and writing.
            traceback.print_exc()
            threading.Timer(RETRY_SECONDS, self._wakes[part].set).start()

    def _define_tke_service_config(self, api: Api) -> None:
        """TKE's own kind, whatever its fields: what they may be is judged where they are read."""
        anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        names = {"plural": TKE_SERVICE_CONFIG, "singular": "tkeserviceconfig", "kind": "TkeServiceConfig"}
        version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
        body = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{TKE_SERVICE_CONFIG}.cloud.tencent.com"},
            "spec": {"group": "cloud.tencent.com", "scope": "Namespaced", "names": names, "versions": [version]},
        }
        api.create(DEFINITION, body)
        wait_for("the API server to serve TkeServiceConfigs", lambda: api.serves(TKE_SERVICE_CONFIG), seconds=30)

    def _make_controller_config(self, api: Api) -> None:
        """The service controller's ConfigMap as an older cluster has it: without the defaults of newer ones."""
        namespace, name = CONTROLLER_CONFIG
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"VERSION": "lab"}}
        api.create(CONFIG_MAP, body, namespace)

    def _proxies(self, control: ControlPlane) -> list[Background]:
        kubeconfig = control.user("system:kube-proxy")
        proxies = []
        for node in self._layout.nodes:
            if not node.namespace:
                continue
            path = self._folder / f"kube-proxy-{node.name}.json"
            path.write_text(json.dumps(proxy_configuration(self._layout, node, kubeconfig), indent=2))
            command = inside(node.namespace, [str(locate("kube-proxy")), f"--config={path}"])
            proxies.append(Background(f"kube-proxy on {node.name}", command, path.with_suffix(".log")))
        return proxies

    def _watch(self, kubeconfig: Path, kind: str) -> None:
        """Wake the main loop at every change; a watch that the server ends is begun again."""
        with Api(kubeconfig) as api:
            while not self._stopped:
                try:
                    for _ in api.changes(kind):
                        self._wake()
                except httpx.HTTPError:
                    time.sleep(RETRY_SECONDS)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        for wake in self._wakes.values():
            wake.set()


def main() -> None:
    """The command line: slug and folder."""
    slug, folder = sys.argv[1:]
    scenario = by_slug(slug)
    if scenario is None:
        raise SystemExit(f"no scenario is called {slug}")
    Agent(layout_of(scenario), Path(folder)).run()


if __name__ == "__main__":
    main()
