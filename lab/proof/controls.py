"""The negative controls: what must lose the client's address, or must not count as proof, and does.

A rig that cannot show a loss proves nothing. Each control changes one thing, says what has to come of it, runs the same
`realip verify` as the scenarios, and puts the change back.
"""

from lab.proof import access_controls as access
from lab.proof import echo_controls as echo
from lab.proof import ingress_controls as ingress
from lab.proof import local_controls as local
from lab.proof import place_controls as place
from lab.proof import port_controls as port
from lab.proof import reading_controls as reading
from lab.proof import refusal_controls as refusal
from lab.proof.control import Control
from lab.rig.lab import Lab

NODE, UNPROVEN = "translated to a node", "unknown: no proof"
FIRST, SECOND, THIRD = "vpc-cni-direct-native", "globalrouter-direct-native", "vpc-cni-direct-super"
FOURTH, FIFTH = "vpc-cni-nondirect-native", "globalrouter-nondirect-native"

NOT_REACHED = "no address, event {}".format
ENTRY = "the entry of the header that an app believes stands in its code"
PLACE = "where the question comes from is in no object"
GROUPS = "what security groups let in is in no object of a cluster"

CONTROLS = (
    Control(
        "plain-node-port", FIRST, "Plain NodePort Service, no load balancer", NODE, access.plain_node_port, alone=True
    ),
    Control("annotation-missing", FIRST, "Direct annotation missing, older cluster", NODE, access.annotation_missing),
    Control("annotation-false", FIRST, 'direct-access: "false"', NODE, access.annotation_false),
    Control(
        "default-on",
        FIRST,
        "Annotation missing, newer cluster (for contrast)",
        "preserved: the default differs",
        access.default_on,
        alone=True,
    ),
    Control("layer-7-socket", FIRST, "Ingress, but the app reads the socket", NODE, reading.socket_behind_ingress),
    Control(
        "inside-the-cluster",
        FIRST,
        "Asked from a node, verify is told the ranges",
        UNPROVEN,
        place.node,
        alone=True,
        unseen=PLACE,
    ),
    Control(
        "node-no-ranges",
        FIRST,
        "Asked from a node, verify is told no ranges",
        UNPROVEN,
        place.node_without_ranges,
        alone=True,
        unseen=PLACE,
    ),
    Control(
        "pod-no-ranges",
        FIRST,
        "Asked from a pod, verify is told no ranges",
        UNPROVEN,
        place.pod_without_ranges,
        alone=True,
        unseen=PLACE,
    ),
    Control(
        "behind-nat", FIRST, "Caller behind NAT, nothing to compare with", UNPROVEN, place.behind_nat, unseen=PLACE
    ),
    Control(
        "local-without-pod",
        FIRST,
        "Local policy, node without a pod",
        "unreachable",
        access.local_without_pod,
        alone=True,
        unseen="which node a client asks is in no object",
    ),
    Control("echo-app", FIRST, "The echo app, without root, on port 80 (for contrast)", "preserved", echo.echo_app),
    Control("udp", FIRST, "TCP and UDP on one port (for contrast)", "preserved", port.udp_beside_tcp),
    Control(
        "allow-list",
        FIRST,
        "Allow-list at the load balancer, nodes closed (for contrast)",
        "preserved; others nothing",
        port.allow_list,
        alone=True,
    ),
    Control(
        "closed-nodes",
        FIRST,
        "The same without pass-to-target",
        "unreachable",
        port.closed_nodes,
        alone=True,
        unseen=GROUPS,
    ),
    Control(
        "own-interface",
        SECOND,
        "Pod on an ENI of its own, GlobalRouteDirectAccess not set (for contrast)",
        "preserved",
        port.own_interface,
        alone=True,
    ),
    Control("annotation-false", SECOND, 'direct-access: "false"', NODE, access.annotation_false),
    Control(
        "not-enabled",
        SECOND,
        "Direct, GlobalRouteDirectAccess not set",
        "no address, event E4033",
        access.not_enabled,
        alone=True,
    ),
    Control(
        "pod-no-ranges",
        SECOND,
        "Asked from a pod, verify is told no ranges",
        UNPROVEN,
        place.pod_without_ranges,
        alone=True,
        unseen=PLACE,
    ),
    Control(
        "header-at-layer-4",
        THIRD,
        "Direct at layer 4, but the app believes X-Forwarded-For",
        "spoofable",
        reading.header_behind_layer_4,
    ),
    *(
        control
        for slug in (FOURTH, FIFTH)
        for control in (
            Control(
                "open-node-port", slug, "Node port open, forged header", "spoofable", reading.open_node_port, alone=True
            ),
            Control(
                "left-entry",
                slug,
                "App believes the left entry of X-Forwarded-For",
                "spoofable",
                reading.left_entry,
                unseen=ENTRY,
            ),
            Control(
                "one-entry-added",
                slug,
                "Two X-Forwarded-For lines, one element trusted too many",
                "spoofable; one entry added",
                reading.one_entry_added,
                unseen=ENTRY,
            ),
        )
    ),
    Control(
        "direct-left-entry",
        FOURTH,
        "Direct Ingress, app believes the left entry",
        "spoofable",
        ingress.left_entry,
        unseen=ENTRY,
    ),
    Control(
        "direct-socket",
        FOURTH,
        "Direct Ingress, app reads the socket",
        "translated to the load balancer",
        ingress.socket_reader,
    ),
    Control(
        "ingress-annotation-missing",
        FOURTH,
        "Direct annotation of the Ingress missing, node port open",
        "spoofable",
        ingress.annotation_missing,
        alone=True,
    ),
    Control(
        "hosts-and-tls",
        FOURTH,
        "Direct Ingress: two hosts, TLS, redirect (for contrast)",
        "preserved",
        ingress.hosts_and_tls,
    ),
    Control(
        "cluster-ip", FOURTH, "Ingress over node ports before a ClusterIP", NOT_REACHED("E4047"), refusal.cluster_ip
    ),
    Control(
        "no-selector",
        FOURTH,
        "Direct Ingress before a Service without selector",
        NOT_REACHED("E4082"),
        refusal.no_selector,
    ),
    Control("no-service", FOURTH, "Ingress before a Service that is missing", NOT_REACHED("E4041"), refusal.no_service),
    Control(
        "balancer-beside",
        FOURTH,
        "A load balancer beside the Ingress, for the same pods",
        "spoofable",
        refusal.balancer_beside,
    ),
    Control("local-cluster", FIFTH, "Local's annotations, policy Cluster", NODE, local.cluster_policy),
    Control(
        "local-weighted", FIFTH, "Local, weights by pods (for contrast)", "preserved: a third each", local.weighted
    ),
    Control("local-unweighted", FIFTH, "Local, nodes alike", "preserved: the lone pod has a half", local.unweighted),
    Control(
        "local-every-node",
        FIFTH,
        "Local, every node bound",
        "preserved; dropped until the health check",
        local.every_node,
    ),
)
"""Every control, by the scenario in whose lab it runs."""


def controls_of(lab: Lab) -> list[Control]:
    """The controls that run in a scenario's lab."""
    return [control for control in CONTROLS if control.scenario == lab.scenario.slug]
