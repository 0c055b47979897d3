"""A real Kubernetes control plane on this machine for as long as a test needs it: etcd, API server, controller manager.

There are no nodes and no kubelet: objects are validated, admitted, stored and reconciled, and no container ever runs.
Linux only.
"""

import http.client
import ipaddress
import json
import random
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools import processes
from tools.catalogue import locate
from tools.certificates import Authority
from tools.waiting import wait_for

START_SECONDS = 90.0
KUBECTL_SECONDS = 60.0
# Below NodePorts and below the ports that the kernel hands to outgoing connections, so neither can take ours away.
PORTS, TRIED = range(20000, 30000), 20
ANSWER_SECONDS = 5.0


class KubectlFailed(Exception):
    """kubectl ended with an error; the message is the command and what it wrote on stderr."""


class ControlPlane:
    """``with ControlPlane() as cluster: cluster.kubectl("get", "namespaces")``.

    ``bind``: the address that the API server listens on; etcd stays on the loopback.
    ``service_cidr``: where ClusterIPs are taken from.
    ``controllers``: which controllers run, as kube-controller-manager's flag; a cluster whose nodes nobody reports on
    wants ``["*", "-node-lifecycle-controller"]``.
    ``folder``: where logs, keys and data are kept; a temporary folder when not given, gone on exit.
    Raises :class:`tools.ToolMissing` before anything starts, :class:`tools.waiting.WaitedTooLong` or
    :class:`tools.processes.Ended` with the log's end when a part does not come up.
    """

    def __init__(
        self,
        *,
        bind: str = "127.0.0.1",
        service_cidr: str = "10.96.0.0/16",
        controllers: Sequence[str] = ("*",),
        folder: Path | None = None,
    ) -> None:
        self.bind = bind
        self.service_cidr = service_cidr
        self._controllers = tuple(controllers)
        self._temporary = None if folder else tempfile.TemporaryDirectory(prefix="realip-control-plane-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self._running: list[processes.Background] = []
        self.url = ""
        self.kubeconfig = self.folder / "admin.kubeconfig"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every part and remove the temporary folder. May be called twice."""
        running, self._running = self._running, []
        processes.stop(running)
        if self._temporary:
            self._temporary.cleanup()

    def kubectl(self, *arguments: str, stdin: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run kubectl, as the administrator unless another kubeconfig is given; its stdout. Raises :class:`KubectlFailed`."""
        answer = self.try_kubectl(*arguments, stdin=stdin, kubeconfig=kubeconfig)
        if answer.returncode:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def try_kubectl(
        self, *arguments: str, stdin: str | None = None, kubeconfig: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """As :meth:`kubectl`, for callers that look at the exit code and at what was written on stderr."""
        command: list[str | Path] = [
            locate("kubectl"),
            f"--kubeconfig={kubeconfig or self.kubeconfig}",
            # Not in the home folder, where it would outlive the server that it describes.
            f"--cache-dir={self.folder / 'kubectl'}",
        ]
        try:
            return subprocess.run(
                [*command, *arguments],
                input=stdin or "",
                capture_output=True,
                text=True,
                timeout=KUBECTL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise KubectlFailed(f"kubectl {' '.join(arguments)}: no end within {KUBECTL_SECONDS:.0f} s") from None

    def get(self, *arguments: str) -> dict[str, Any]:
        """``kubectl get ... --output json`` with managed fields, as data. Raises :class:`KubectlFailed`."""
        found: dict[str, Any] = json.loads(self.kubectl("get", *arguments, "--output", "json", "--show-managed-fields"))
        return found

    def user(self, name: str, groups: Sequence[str] = ()) -> Path:
        """A kubeconfig for another user, who may do what RBAC lets them. ``name`` such as ``system:kube-proxy``."""
        pair = self._authority.client(name, groups)
        path = self.folder / f"{name.replace(':', '-')}.kubeconfig"
        path.touch(mode=0o600)
        # JSON is YAML, and needs no library.
        configuration = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "local",
            "clusters": [
                {
                    "name": "local",
                    "cluster": {"server": self.url, "certificate-authority": str(self._authority.pair.certificate)},
                }
            ],
            "users": [
                {"name": name, "user": {"client-certificate": str(pair.certificate), "client-key": str(pair.key)}}
            ],
            "contexts": [{"name": "local", "context": {"cluster": "local", "user": name}}],
        }
        path.write_text(json.dumps(configuration, indent=1))
        return path

    def _start(self) -> None:
        etcd_program = locate("etcd")
        api_server_program = locate("kube-apiserver")
        controller_manager_program = locate("kube-controller-manager")

        keys = self.folder / "keys"
        self._authority = Authority(keys, "realip test authority")
        signing, verifying = self._authority.signing_key("service-accounts")
        first_service = str(ipaddress.ip_network(self.service_cidr)[1])
        names = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
        server = self._authority.server("kube-apiserver", [self.bind, "127.0.0.1", first_service, *names])

        client_url = f"http://127.0.0.1:{_free_port('127.0.0.1')}"
        peer_url = f"http://127.0.0.1:{_free_port('127.0.0.1')}"
        port = _free_port(self.bind)
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        self.url = f"https://{host}:{port}"
        self.user("admin", ["system:masters"])

        self._run(
            "etcd",
            etcd_program,
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client_url}",
            f"--advertise-client-urls={client_url}",
            f"--listen-peer-urls={peer_url}",
            f"--initial-advertise-peer-urls={peer_url}",
            f"--initial-cluster=default={peer_url}",
        )
        self._run(
            "kube-apiserver",
            api_server_program,
            f"--etcd-servers={client_url}",
            f"--bind-address={self.bind}",
            f"--secure-port={port}",
            f"--advertise-address={self.bind}",
            # The Service "kubernetes" stays without endpoints: nothing in here calls it, and a loopback address is refused.
            "--endpoint-reconciler-type=none",
            f"--service-cluster-ip-range={self.service_cidr}",
            f"--cert-dir={keys}",
            f"--tls-cert-file={server.certificate}",
            f"--tls-private-key-file={server.key}",
            f"--client-ca-file={self._authority.pair.certificate}",
            "--authorization-mode=Node,RBAC",
            # As on TKE; whether a pod may be privileged is for the Pod Security level to say.
            "--allow-privileged=true",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={verifying}",
            f"--service-account-signing-key-file={signing}",
        )
        self._wait("/readyz of the API server", "/readyz")
        self._run(
            "kube-controller-manager",
            controller_manager_program,
            f"--kubeconfig={self.user('system:kube-controller-manager')}",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={signing}",
            f"--root-ca-file={self._authority.pair.certificate}",
            f"--controllers={','.join(self._controllers)}",
            "--leader-elect=false",
            # Nobody here waits a quarter of a minute for an autoscaler's next look.
            "--horizontal-pod-autoscaler-sync-period=1s",
            # The usual limits spare a shared server; here they only make the first seconds longer.
            "--kube-api-qps=500",
            "--kube-api-burst=500",
            "--secure-port=0",
        )
        # Without it the API server admits no pod, so before it exists the cluster is of no use.
        self._wait("the service account of namespace default", "/api/v1/namespaces/default/serviceaccounts/default")

    def _run(self, name: str, program: Path, *arguments: str) -> None:
        self._running.append(processes.Background(name, [program, *arguments], self.folder / f"{name}.log"))

    def _wait(self, what: str, path: str) -> None:
        """Until the API server has an answer to a path. Not with kubectl: many that start are slower than what they wait for."""
        url, context = identity(self.kubeconfig)
        host = url.removeprefix("https://")

        def answered() -> bool:
            for part in self._running:
                part.check(f"while waiting for {what}")
            connection = http.client.HTTPSConnection(host, timeout=ANSWER_SECONDS, context=context)
            try:
                connection.request("GET", path)
                return connection.getresponse().status == http.client.OK
            except (OSError, http.client.HTTPException):
                return False
            finally:
                connection.close()

        wait_for(what, answered, START_SECONDS, self._running[-1].tail)


def identity(kubeconfig: Path) -> tuple[str, ssl.SSLContext]:
    """The server of a kubeconfig that a control plane here wrote, and what proves both sides to each other."""
    content = json.loads(kubeconfig.read_text())
    cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
    context = ssl.create_default_context(cafile=cluster["certificate-authority"])
    context.load_cert_chain(user["client-certificate"], user["client-key"])
    return cluster["server"], context


def _free_port(address: str) -> int:
    for port in random.sample(PORTS, TRIED):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port on {address}: {TRIED} of them are taken")
