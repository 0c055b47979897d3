"""Configurations of nginx, HAProxy and Envoy in front of a port of this machine."""

from pathlib import Path

ADDRESS = "127.0.0.9"
"""Where the proxies ask the application from, so that it can tell them from the client."""


def nginx(folder: Path, port: int, server: str, upstream: int | None, source: str) -> str:
    """A whole configuration: `server` in the server block; before a port, or answering by itself."""
    temporary = "\n".join(
        f"  {name}_temp_path {folder}/{name}-{port};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    tells = 'default_type application/json; return 200 "{\\"client_ip\\": \\"$remote_addr\\"}";'
    to = f"proxy_pass http://127.0.0.1:{upstream}; proxy_bind {source}; proxy_http_version 1.1;" if upstream else tells
    return f"""
daemon off;
master_process off;
pid {folder}/nginx-{port}.pid;
events {{ worker_connections 512; }}
http {{
  access_log off;
{temporary}
  server {{
    listen 127.0.0.1:{port} backlog=256;
    {server}
    location / {{
      {to}
    }}
  }}
}}
"""


def haproxy(port: int, frontend: str, upstream: int) -> str:
    """A whole configuration with directives of the frontend."""
    return f"""
global
  maxconn 500
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend clients
  bind 127.0.0.1:{port} backlog 256
  {frontend}
  default_backend application
backend application
  source {ADDRESS}
  server one 127.0.0.1:{upstream}
"""


def relay(port: int, to: int, source: str) -> str:
    """A whole configuration of HAProxy that hands bytes on, so that a client seems to have another address."""
    return f"""
global
  maxconn 500
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen bytes
  bind 127.0.0.1:{port} backlog 256
  source {source}
  server one 127.0.0.1:{to}
"""


def envoy(port: int, manager: dict[str, object], upstream: int, *, prefaced: bool = False) -> dict[str, object]:
    """A whole configuration with fields of the HTTP connection manager; `prefaced` takes PROXY protocol from anybody."""
    types = "type.googleapis.com/envoy.extensions.filters"
    route = {"match": {"prefix": "/"}, "route": {"cluster": "application"}}
    connection_manager = {
        "@type": f"{types}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "clients",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "router", "typed_config": {"@type": f"{types}.http.router.v3.Router"}}],
        **manager,
    }
    chain = {"filters": [{"name": "http", "typed_config": connection_manager}]}
    cluster = {
        "name": "application",
        "upstream_bind_config": {"source_address": _address(ADDRESS, 0)},
        "load_assignment": {
            "cluster_name": "application",
            "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": {"socket_address": _address("127.0.0.1", upstream)}}}]}
            ],
        },
    }
    listener: dict[str, object] = {"address": {"socket_address": _address("127.0.0.1", port)}, "filter_chains": [chain]}
    if prefaced:
        preface = {
            "@type": f"{types}.listener.proxy_protocol.v3.ProxyProtocol",
            "allow_requests_without_proxy_protocol": True,
        }
        listener["listener_filters"] = [{"name": "preface", "typed_config": preface}]
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _address(address: str, port: int) -> dict[str, object]:
    return {"address": address, "port_value": port}
