"""A TKE of network namespaces on one Linux machine, where real packets show who keeps the client's address.

A test rig beside the library: it runs what `realip render` writes on a real API server, with the real kube-proxy, and a load
balancer that is bound by TKE's rules. Nothing of it is part of the installed package.
"""
