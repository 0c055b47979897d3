"""One HTTP request or UDP packet, without the project on the path; prints JSON with what came back and where it was sent from.

Run inside a namespace: `python ask.py URL SECONDS [NAME:VALUE ...]`.
"""

import http.client
import json
import socket
import ssl
import sys
from urllib.parse import SplitResult, urlsplit


def main() -> None:
    """The command line."""
    url, seconds, *headers = sys.argv[1:]
    parts = urlsplit(url)
    result: dict[str, object] = {"url": url, "local": None, "answer": None, "problem": None}
    try:
        if parts.scheme == "udp":
            result |= over_udp(parts.hostname or "", parts.port or 80, float(seconds))
        else:
            result |= over_http(parts, float(seconds), headers)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        result["problem"] = f"{type(problem).__name__}: {problem}"
    print(json.dumps(result))


def over_http(parts: SplitResult, seconds: float, headers: list[str]) -> dict[str, object]:
    """One request; a header `Host` takes the place of the URL's. Certificates are not looked at."""
    said = [(name, value.strip()) for name, _, value in (header.partition(":") for header in headers)]
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port or 443, timeout=seconds, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)
    try:
        connection.connect()
        local = connection.sock.getsockname()
        result: dict[str, object] = {"local": local[0], "port": local[1]}
        connection.putrequest("GET", parts.path or "/", skip_host=any(name == "Host" for name, _ in said))
        for name, value in said:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read(65536)
        result |= {"status": response.status, "location": response.headers.get("Location")}
        if response.status == http.HTTPStatus.OK:
            result["answer"] = json.loads(body)
        return result
    finally:
        connection.close()


def over_udp(host: str, port: int, seconds: float) -> dict[str, object]:
    """One packet, and the packet that comes back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(seconds)
        asked.connect((host, port))
        asked.send(b"who am I")
        return {"local": asked.getsockname()[0], "answer": json.loads(asked.recv(65536))}


if __name__ == "__main__":
    main()
