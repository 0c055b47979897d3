"""The TLS by which an API server is reached: whom a kubeconfig trusts, and the certificate that it presents."""

import ssl
import tempfile
from pathlib import Path

from realip.kubeconfig import Kubeconfig, KubernetesError

__all__ = ["tls_context"]


def tls_context(kubeconfig: Kubeconfig) -> ssl.SSLContext:
    """TLS that trusts the authority of a kubeconfig alone, the usual ones where it names none; KubernetesError for bad certificates."""
    context = ssl.create_default_context()
    try:
        if kubeconfig.authority is not None:
            context = ssl.create_default_context(cadata=kubeconfig.authority.decode("ascii"))
        if not kubeconfig.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if kubeconfig.certificate is not None and kubeconfig.key is not None:
            _present(context, kubeconfig.certificate, kubeconfig.key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        why = getattr(error, "strerror", None) or error
        raise KubernetesError(
            f"the kubeconfig's certificates cannot be used: {why}; fetch the kubeconfig anew"
        ) from None
    return context


def _present(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Load a client certificate, which Python takes from a file alone: one that nobody else can read, gone at once."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("certificate", certificate), ("key", key)):
            (Path(folder) / name).touch(mode=0o600)
            (Path(folder) / name).write_bytes(content)
        # With no password given, OpenSSL asks the terminal for that of an encrypted key.
        context.load_cert_chain(Path(folder) / "certificate", Path(folder) / "key", password="")
