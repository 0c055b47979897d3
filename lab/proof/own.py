"""Objects of a control's own beside the scenario's: Service, Ingress, and an app that answers otherwise."""

from collections.abc import Sequence
from typing import Any

from lab.rig.lab import Lab
from lab.rig.shell import wait_for
from lab.rig.tke_keys import INGRESS_CLASS, INGRESS_DIRECT_ACCESS, QCLOUD

PORT = 80
OWN_LABEL = "realip-lab"
"""Label of everything here, so that nobody takes it for the scenario's."""


def own_service(
    lab: Lab,
    name: str,
    kind: str = "LoadBalancer",
    *,
    app: str | None = None,
    annotations: dict[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A Service in front of the scenario's pods, or of those of one of these apps."""
    namespace = lab.scenario.names.namespace
    pods = lab.get("service", lab.scenario.names.service, f"--namespace={namespace}")["spec"]
    target = pods["ports"][0]["targetPort"]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {OWN_LABEL: "control"},
            "annotations": annotations or {},
        },
        "spec": {
            "type": kind,
            "selector": {"app": app} if app else pods["selector"],
            "ports": [{"port": PORT, "targetPort": target}],
            **spec,
        },
    }


def own_ingress(lab: Lab, name: str, service: str) -> dict[str, Any]:
    """An Ingress in front of one of these Services, over its node port."""
    backend = {"service": {"name": service, "port": {"number": PORT}}}
    annotations = {INGRESS_CLASS: QCLOUD, INGRESS_DIRECT_ACCESS: "false"}
    metadata = {
        "name": name,
        "namespace": lab.scenario.names.namespace,
        "labels": {OWN_LABEL: "control"},
        "annotations": annotations,
    }
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": rules}}


def own_app(lab: Lab, name: str, arguments: Sequence[str] = ()) -> dict[str, Any]:
    """A Deployment of one pod that runs where the scenario's pods run. `arguments`: of the app's own command line."""
    names = lab.scenario.names
    deployment = lab.get("deployment", names.deployment, f"--namespace={names.namespace}")
    pods = deployment["spec"]["template"]["spec"]
    app = pods["containers"][0]
    container = {"name": "app", "image": app["image"], "ports": app["ports"], "args": list(arguments)}
    placed = {key: pods[key] for key in ("nodeSelector", "tolerations") if key in pods}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": names.namespace, "labels": {OWN_LABEL: "control"}},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container], **placed}},
        },
    }


def ready_pod(lab: Lab, name: str) -> dict[str, Any]:
    """The pod of one of these Deployments, once it is ready."""

    def ready() -> dict[str, Any] | None:
        found: list[dict[str, Any]] = lab.get(
            "pods", f"--namespace={lab.scenario.names.namespace}", f"--selector=app={name}"
        )["items"]
        return next((pod for pod in found if "True" in _readiness(pod)), None)

    return wait_for("the control's pod", ready, seconds=30)


def _readiness(pod: dict[str, Any]) -> list[str]:
    return [each["status"] for each in pod.get("status", {}).get("conditions", ()) if each["type"] == "Ready"]
