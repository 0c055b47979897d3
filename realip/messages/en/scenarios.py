"""The scenarios and the choices that lead to them."""

__all__ = ["MESSAGES"]

MESSAGES: dict[str, str] = {
    "mode_VPC-CNI": "VPC-CNI",
    "mode_GlobalRouter": "GlobalRouter",
    "nodes_native": "native",
    "nodes_super": "super",
    "connection_direct": "direct",
    "connection_non-direct": "non-direct",
    "choices": "{mode}, {nodes} nodes, {connection}",
    "title_DirectService": "{mode}, CLB direct to pods on {nodes} nodes",
    "title_NodePortIngress": "{mode}, Ingress and NodePort on {nodes} nodes",
    "app_reads_socket peer": "the socket peer",
    "app_reads_X-Forwarded-For": "the last entry of X-Forwarded-For",
    "no_node_port": "a super node has no node port to go through: its pods hold addresses of the VPC, so the load balancer always reaches them straight.",
    "not_built": "TKE can run super nodes in a GlobalRouter cluster too, but this is not yet built.",
    # realip scenarios
    "scenarios_heading": "{count} scenarios, and the stack of each",
    "scenarios_stack": "stack",
    "scenarios_mode": "network mode",
    "scenarios_connection": "connection",
    "scenarios_nodes": "nodes",
    "scenarios_which": "Which one",
    "scenarios_ask_mode": "network mode?",
    "scenarios_ask_nodes": "nodes?",
    "scenarios_ask_connection": "connection?",
    "scenarios_nearest": "not offered; nearest is {number}",
    "scenarios_makes": "What makes it",
    "scenarios_reads": "the app reads the client's address from {where}",
    "scenarios_not_offered": "What is not offered",
    "scenarios_reason": "{choices}: ",
}
