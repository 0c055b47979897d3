"""Networks that are kept for documents and belong to nobody; the library and its proof both ask."""

from ipaddress import ip_network

__all__ = ["DOCUMENTATION"]

DOCUMENTATION = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")))
"""RFC 5737 and RFC 3849: nobody's on the internet; where they are used in earnest, as in a lab, they stand for public ones."""
