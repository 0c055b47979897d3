"""A certificate authority for one test run, made with the openssl program."""

import ipaddress
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.catalogue import locate

DAYS = "30"
CURVE = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")


@dataclass(frozen=True)
class KeyPair:
    """Files of a private key and of its certificate, in PEM."""

    key: Path
    certificate: Path


class Authority:
    """Signs certificates for servers and users. Everything it makes is in ``folder``, which should be private."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pair = self._issue(
            "authority",
            f"CN = {name}",
            "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign",
        )

    def signing_key(self, name: str) -> tuple[Path, Path]:
        """A new key without a certificate: files of the private and of the public half."""
        private, public = self._key(name), self._folder / f"{name}.pub"
        _openssl("pkey", "-in", private, "-pubout", "-out", public)
        return private, public

    def server(self, name: str, hosts: Iterable[str]) -> KeyPair:
        """A certificate for a server that is reached under these host names and IP addresses."""
        alternatives = ", ".join(f"{'IP' if _is_address(host) else 'DNS'}:{host}" for host in hosts)
        return self._issue(
            name, f"CN = {name}", f"extendedKeyUsage = serverAuth\nsubjectAltName = {alternatives}", signer=self.pair
        )

    def client(self, name: str, groups: Iterable[str] = ()) -> KeyPair:
        """A certificate for a user as Kubernetes reads it: the common name is the user, organisations are groups."""
        subject = "\n".join([f"CN = {name}", *(f"{index}.O = {group}" for index, group in enumerate(groups))])
        return self._issue(name.replace(":", "-"), subject, "extendedKeyUsage = clientAuth", signer=self.pair)

    def _key(self, name: str) -> Path:
        path = self._folder / f"{name}.key"
        _openssl("genpkey", *CURVE, "-out", path)
        return path

    def _issue(self, name: str, subject: str, extensions: str, signer: KeyPair | None = None) -> KeyPair:
        key = self._key(name)
        certificate = self._folder / f"{name}.crt"
        request = self._folder / f"{name}.csr"
        # A configuration of its own, because the system's adds extensions that differ between distributions.
        configuration = self._folder / f"{name}.cnf"
        configuration.write_text(
            f"[req]\nprompt = no\ndistinguished_name = subject\n[subject]\n{subject}\n[extensions]\n{extensions}\n"
        )
        _openssl("req", "-new", "-config", configuration, "-key", key, "-out", request)
        signature = (
            ("-CA", signer.certificate, "-CAkey", signer.key, "-CAcreateserial") if signer else ("-signkey", key)
        )
        _openssl(
            *("x509", "-req", "-in", request, "-out", certificate, "-days", DAYS, "-sha256"),
            *("-extfile", configuration, "-extensions", "extensions", *signature),
        )
        return KeyPair(key, certificate)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _openssl(*arguments: str | Path) -> None:
    answer = subprocess.run([locate("openssl"), *arguments], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"openssl {arguments[0]} failed: {answer.stderr.strip()}")
