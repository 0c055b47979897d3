"""The scenarios and the choices that lead to them."""

__all__ = ["MESSAGES"]

MESSAGES: dict[str, str] = {
    "mode_VPC-CNI": "VPC-CNI",
    "mode_GlobalRouter": "GlobalRouter",
    "nodes_native": "native",
    "nodes_super": "super",
    "connection_direct": "direct",
    "connection_non-direct": "non-direct",
    "layer_4": "4, the socket",
    "layer_7": "7, X-Forwarded-For",
    "choices": "{mode}, {nodes} nodes, {connection}, layer {layer}",
    "title_DirectService": "{mode}, CLB direct to pods on {nodes} nodes",
    "title_LocalService": "{mode}, Service with externalTrafficPolicy Local on {nodes} nodes",
    "title_DirectIngress": "{mode}, Ingress direct to pods on {nodes} nodes",
    "title_NodePortIngress": "{mode}, Ingress and NodePort on {nodes} nodes",
    "app_reads_socket peer": "the socket peer",
    "app_reads_X-Forwarded-For": "the last entry of X-Forwarded-For",
    "no_node_port": "a super node has no node port to go through: its pods hold addresses of the VPC, so the load balancer always reaches them straight.",
    # realip scenarios
    "scenarios_heading": "{count} scenarios, and the stack of each",
    "scenarios_stack": "stack",
    "scenarios_mode": "network mode",
    "scenarios_connection": "connection",
    "scenarios_nodes": "nodes",
    "scenarios_layer": "layer",
    "scenarios_which": "Which one",
    "scenarios_ask_mode": "network mode?",
    "scenarios_ask_nodes": "nodes?",
    "scenarios_ask_connection": "connection?",
    "scenarios_ask_layer": "layer, and what the app reads?",
    "scenarios_makes": "What makes it",
    "scenarios_reads": "the app reads the client's address from {where}",
    "scenarios_not_offered": "What is not offered",
    "scenarios_nearest": "nearest:",
}
