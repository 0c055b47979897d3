"""One HTTP request, without the project on the path; prints JSON with what came back and where it was sent from.

Run inside a namespace: `python ask.py URL SECONDS [NAME:VALUE ...]`.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit


def main() -> None:
    """The command line."""
    url, seconds, *headers = sys.argv[1:]
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=float(seconds))
    result: dict[str, object] = {"url": url, "local": None, "answer": None, "problem": None}
    try:
        connection.connect()
        result["local"] = connection.sock.getsockname()[0]
        result["port"] = connection.sock.getsockname()[1]
        connection.putrequest("GET", parts.path or "/")
        for header in headers:
            name, _, value = header.partition(":")
            connection.putheader(name, value.strip())
        connection.endheaders()
        response = connection.getresponse()
        body = response.read(65536)
        result["status"] = response.status
        result["answer"] = json.loads(body)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        result["problem"] = f"{type(problem).__name__}: {problem}"
    finally:
        connection.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
