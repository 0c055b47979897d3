"""Findings about what exists: which exposures lose their clients' addresses, or let clients forge them, and what to change.

Objects come from manifests, a cluster or a Pulumi state; `realip.behaviour` says what TKE makes of them; rules are data.
"""
