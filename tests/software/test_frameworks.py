"""What `realip verify` says of frameworks, set up right and wrong, that clients reach without a proxy."""

from collections.abc import Callable

import pytest

from tests.software.conftest import PROXY, Software

Start = Callable[[Software], int]

RIGHT: dict[str, Start] = {
    "Django's REMOTE_ADDR": lambda it: it.wsgi("django-remote-addr"),
    "Django's META whole": lambda it: it.wsgi("django-meta"),
    "python-ipware that is told of no proxy": lambda it: it.wsgi("django-ipware-direct"),
    "Flask": lambda it: it.wsgi("flask"),
    "FastAPI, uvicorn --no-proxy-headers": lambda it: it.asgi("fastapi_host", "--no-proxy-headers"),
    "FastAPI, uvicorn that trusts its proxy": lambda it: it.asgi(
        "fastapi_host", "--proxy-headers", "--forwarded-allow-ips", PROXY
    ),
    "Starlette": lambda it: it.asgi("starlette_client", "--no-proxy-headers"),
    "chi ClientIPFromRemoteAddr": lambda it: it.go("chi-remote-addr"),
    "gin without trusted proxies": lambda it: it.go("gin-trusted"),
    "gin that trusts its proxy": lambda it: it.go("gin-trusted", PROXY),
    "Express": lambda it: it.express("false"),
    "Express that trusts its proxy": lambda it: it.express(f'"{PROXY}"'),
    "nginx": lambda it: it.nginx(""),
    "nginx real_ip from its proxy": lambda it: it.nginx(f"set_real_ip_from {PROXY}; real_ip_header X-Forwarded-For;"),
}

WRONG: dict[str, tuple[Start, str]] = {
    "python-ipware as it comes": (lambda it: it.wsgi("django-ipware"), "X-Forwarded-For"),
    "Flask with ProxyFix and no proxy": (lambda it: it.wsgi("flask-proxy-fix"), "X-Forwarded-For"),
    "Flask with ProxyFix for two": (lambda it: it.wsgi("flask-proxy-fix-two"), "X-Forwarded-For"),
    "FastAPI, uvicorn that trusts everybody": (
        lambda it: it.asgi("fastapi_host", "--proxy-headers", "--forwarded-allow-ips", "*"),
        "X-Forwarded-For",
    ),
    "Starlette, uvicorn that trusts everybody": (
        lambda it: it.asgi("starlette_client", "--proxy-headers", "--forwarded-allow-ips", "*"),
        "X-Forwarded-For",
    ),
    "chi RealIP": (lambda it: it.go("chi-real-ip"), "True-Client-IP"),
    "gin as it comes": (lambda it: it.go("gin-default"), "X-Forwarded-For"),
    "gin on Cloudflare": (lambda it: it.go("gin-cloudflare"), "CF-Connecting-IP"),
    "Express that trusts everybody": (lambda it: it.express("true"), "X-Forwarded-For"),
    "Express that trusts one hop that is not there": (lambda it: it.express("1"), "X-Forwarded-For"),
    "nginx real_ip from everybody": (
        lambda it: it.nginx("set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For;"),
        "X-Forwarded-For",
    ),
    "nginx real_ip by X-Real-IP from everybody": (
        lambda it: it.nginx("set_real_ip_from 0.0.0.0/0; real_ip_header X-Real-IP;"),
        "X-Real-IP",
    ),
    "nginx real_ip by EdgeOne's header from everybody": (
        lambda it: it.nginx("set_real_ip_from 0.0.0.0/0; real_ip_header EO-Connecting-IP;"),
        "EO-Connecting-IP",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_framework_that_reads_its_socket_is_preserved(software: Software, name: str) -> None:
    said = software.verify(RIGHT[name](software), "socket")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words


@pytest.mark.parametrize("name", WRONG)
def test_framework_that_believes_anybodys_header_is_spoofable_and_the_header_named(
    software: Software, name: str
) -> None:
    start, header = WRONG[name]
    said = software.verify(start(software), "socket")
    assert (said.code, said.report["verdict"]) == (1, "spoofable"), said.words
    assert header.lower() in said.words.lower()
