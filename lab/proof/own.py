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


def own_ingress(
    lab: Lab, name: str, service: str, annotations: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """An Ingress in front of one of these Services: over its node port, unless the annotations say otherwise."""
    backend = {"service": {"name": service, "port": {"number": PORT}}}
    if annotations is None:
        annotations = {INGRESS_DIRECT_ACCESS: "false"}
    metadata = {
        "name": name,
        "namespace": lab.scenario.names.namespace,
        "labels": {OWN_LABEL: "control"},
        "annotations": {INGRESS_CLASS: QCLOUD, **annotations},
    }
    rules = [{"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": metadata,
        "spec": {"rules": rules} | spec,
    }


def own_app(
    lab: Lab,
    name: str,
    arguments: Sequence[str] = (),
    *,
    replicas: int = 1,
    annotations: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A Deployment that runs where the scenario's pods run, without a pause before its pods end.

    `arguments`: of the app's own command line; `annotations`: of its pods.
    """
    names = lab.scenario.names
    deployment = lab.get("deployment", names.deployment, f"--namespace={names.namespace}")
    pods = deployment["spec"]["template"]["spec"]
    app = pods["containers"][0]
    container = {"name": "app", "image": app["image"], "ports": app["ports"], "args": list(arguments)}
    placed = {key: pods[key] for key in ("nodeSelector", "tolerations") if key in pods}
    template = {
        "metadata": {"labels": {"app": name}, "annotations": annotations or {}},
        "spec": {"containers": [container], **placed},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": names.namespace, "labels": {OWN_LABEL: "control"}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template,
        },
    }


def ready_pods(lab: Lab, name: str, number: int = 1) -> list[dict[str, Any]]:
    """The pods of one of these Deployments, once so many are ready."""

    def ready() -> list[dict[str, Any]]:
        namespace = f"--namespace={lab.scenario.names.namespace}"
        found: list[dict[str, Any]] = lab.get("pods", namespace, f"--selector=app={name}")["items"]
        well = [pod for pod in found if "True" in _readiness(pod)]
        return well if len(well) == number else []

    lab.wait_rolled_out(name)
    return wait_for("the control's pods", ready, seconds=60)


def ready_pod(lab: Lab, name: str) -> dict[str, Any]:
    """The pod of one of these Deployments, once it is ready."""
    return ready_pods(lab, name)[0]


def _readiness(pod: dict[str, Any]) -> list[str]:
    return [each["status"] for each in pod.get("status", {}).get("conditions", ()) if each["type"] == "Ready"]
