"""Stand-ins for the two cloud providers, attached to the real engine at its gRPC boundary, and for a key service.

They hold a small model of Tencent Cloud and of the Kubernetes API servers that it runs (`cloud.py`, `api_server.py`),
answer as the real plugins answer (`tencent.py`, `kubernetes.py`), write down every call (`calls.py`) and can be told to
fail or to hold one (`faults.py`). `keys.py` encrypts what states keep, as Vault does.
"""
