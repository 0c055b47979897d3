"""The scenarios and the choices that lead to them."""

__all__ = ["MESSAGES"]

MESSAGES: dict[str, str] = {
    "mode_VPC-CNI": "VPC-CNI",
    "mode_GlobalRouter": "GlobalRouter（全局路由）",
    "nodes_native": "原生节点",
    "nodes_super": "超级节点",
    "connection_direct": "直连",
    "connection_non-direct": "非直连",
    "layer_4": "四层，套接字",
    "layer_7": "七层，X-Forwarded-For",
    "choices": "{mode}，{nodes}，{connection}，{layer} 层",
    "title_DirectService": "{mode}，CLB 直连{nodes}上的 Pod",
    "title_LocalService": "{mode}，{nodes}上 externalTrafficPolicy 为 Local 的 Service",
    "title_DirectIngress": "{mode}，Ingress 直连{nodes}上的 Pod",
    "title_NodePortIngress": "{mode}，Ingress 经节点端口（NodePort）转发到{nodes}",
    "app_reads_socket peer": "套接字的对端地址",
    "app_reads_X-Forwarded-For": "X-Forwarded-For 的最后一项",
    "no_node_port": "超级节点没有节点端口可走：其 Pod 使用 VPC 内的地址，负载均衡总是直接访问 Pod。",
    # realip scenarios
    "scenarios_heading": "{count} 个场景及其对应的 stack",
    "scenarios_stack": "stack",
    "scenarios_mode": "网络模式",
    "scenarios_connection": "连接方式",
    "scenarios_nodes": "节点",
    "scenarios_layer": "层级",
    "scenarios_which": "如何选择",
    "scenarios_ask_mode": "网络模式？",
    "scenarios_ask_nodes": "节点类型？",
    "scenarios_ask_connection": "连接方式？",
    "scenarios_ask_layer": "层级，即应用读取什么？",
    "scenarios_makes": "关键配置",
    "scenarios_reads": "应用读取客户端地址的来源：{where}",
    "scenarios_not_offered": "不提供的组合",
    "scenarios_nearest": "最接近的：",
}
