"""What `realip verify` says of applications behind nginx, HAProxy and Envoy, set up right and wrong."""

from collections.abc import Callable

import pytest

from tests.software.conftest import PROXY, Software

Start = Callable[[Software], int]
Front = Callable[[Software, int], int]

APPENDING: dict[str, Front] = {
    "nginx": lambda it, to: it.nginx("proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;", upstream=to),
    "HAProxy": lambda it, to: it.haproxy("option forwardfor", to),
    "Envoy": lambda it, to: it.envoy({"use_remote_address": True}, to),
}
"""Proxies that add their peer to what the client wrote: nginx and Envoy in one line, HAProxy in one of its own."""
BELIEVING: dict[str, Front] = {
    "nginx that passes the header on": lambda it, to: it.nginx("", upstream=to),
    "HAProxy that adds the header where there is none": lambda it, to: it.haproxy("option forwardfor if-none", to),
    "Envoy that takes itself for an inner hop": lambda it, to: it.envoy(
        {"use_remote_address": True, "xff_num_trusted_hops": 1, "skip_xff_append": True}, to
    ),
}
OVERWRITING: dict[str, Front] = {
    "nginx": lambda it, to: it.nginx("proxy_set_header X-Forwarded-For $remote_addr;", upstream=to),
    "HAProxy": lambda it, to: it.haproxy("http-request set-header X-Forwarded-For %[src]", to),
}

RIGHT: dict[str, Start] = {
    "FastAPI, uvicorn that trusts the proxy": lambda it: it.asgi(
        "fastapi_host", "--proxy-headers", "--forwarded-allow-ips", PROXY
    ),
    "Starlette that shows its headers": lambda it: it.asgi("starlette_headers", "--no-proxy-headers"),
    "Django that shows its META": lambda it: it.wsgi("django-meta"),
    "chi ClientIPFromXFF": lambda it: it.go("chi-forwarded-for", f"{PROXY}/32"),
    "gin that trusts the proxy": lambda it: it.go("gin-trusted", PROXY),
    "Express that trusts one hop": lambda it: it.express("1"),
    "Express that trusts the proxy": lambda it: it.express(f'"{PROXY}"'),
    "nginx real_ip from the proxy": lambda it: it.nginx(
        f"set_real_ip_from {PROXY}; real_ip_header X-Forwarded-For; real_ip_recursive on;"
    ),
}

LEFT: dict[str, Start] = {
    "python-ipware as it comes": lambda it: it.wsgi("django-ipware"),
    "Flask with ProxyFix for two": lambda it: it.wsgi("flask-proxy-fix-two"),
    "FastAPI, uvicorn that trusts everybody": lambda it: it.asgi(
        "fastapi_host", "--proxy-headers", "--forwarded-allow-ips", "*"
    ),
    "chi RealIP": lambda it: it.go("chi-real-ip"),
    "gin as it comes": lambda it: it.go("gin-default"),
    "Express that trusts everybody": lambda it: it.express("true"),
    "nginx real_ip from everybody": lambda it: it.nginx(
        "set_real_ip_from 0.0.0.0/0; real_ip_header X-Forwarded-For; real_ip_recursive on;"
    ),
}
"""Applications that go past the element that the proxy wrote."""


def pairs(applications: dict[str, Start], fronts: dict[str, Front]) -> list[tuple[str, str]]:
    """Each application behind one proxy, and each proxy before some application."""
    names = list(fronts)
    return [(application, names[number % len(names)]) for number, application in enumerate(applications)]


@pytest.mark.parametrize(("application", "front"), pairs(RIGHT, APPENDING))
def test_application_that_trusts_its_proxy_alone_is_preserved(software: Software, application: str, front: str) -> None:
    said = software.verify(APPENDING[front](software, RIGHT[application](software)), "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words


def test_name_of_a_socket_is_no_evidence_for_a_header_until_a_user_says_so(software: Software) -> None:
    application = software.wsgi("flask-proxy-fix")
    front = APPENDING["nginx"](software, application)
    said = software.verify(front, "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (3, "unknown"), said.words
    said = software.verify(front, "x-forwarded-for", "--json-path", "remote_addr")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words


@pytest.mark.parametrize(("application", "front"), pairs(LEFT, APPENDING))
def test_application_that_believes_what_the_client_wrote_is_spoofable(
    software: Software, application: str, front: str
) -> None:
    said = software.verify(APPENDING[front](software, LEFT[application](software)), "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (1, "spoofable"), said.words


@pytest.mark.parametrize("front", BELIEVING)
def test_proxy_that_lets_the_clients_claim_through_is_spoofable(software: Software, front: str) -> None:
    application = software.asgi("starlette_headers", "--no-proxy-headers")
    said = software.verify(BELIEVING[front](software, application), "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (1, "spoofable"), said.words
    assert "x-forwarded-for" in said.words.lower()


@pytest.mark.parametrize("front", OVERWRITING)
def test_proxy_that_writes_the_header_anew_is_preserved(software: Software, front: str) -> None:
    said = software.verify(OVERWRITING[front](software, software.go("gin-trusted", PROXY)), "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words


@pytest.mark.parametrize("front", APPENDING)
def test_application_that_reads_its_socket_behind_a_proxy_does_not_see_the_client(
    software: Software, front: str
) -> None:
    application = software.asgi("starlette_client", "--no-proxy-headers")
    said = software.verify(APPENDING[front](software, application), "socket")
    assert (said.code, said.report["verdict"]) == (1, "translated"), said.words
    assert PROXY in said.words


def test_proxy_that_sets_a_header_of_its_own_is_preserved_and_the_header_named(software: Software) -> None:
    application = software.nginx(f"set_real_ip_from {PROXY}; real_ip_header X-Real-IP;")
    right = software.nginx("proxy_set_header X-Real-IP $remote_addr;", upstream=application)
    passing = software.nginx("", upstream=application)
    said = software.verify(right, "x-real-ip")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words
    said = software.verify(passing, "x-real-ip")
    assert (said.code, said.report["verdict"]) == (1, "spoofable"), said.words
    assert "x-real-ip" in said.words.lower()


def test_two_proxies_are_counted_by_python_ipware_and_by_verify(software: Software) -> None:
    appends = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
    application = software.wsgi("django-ipware-one-more")
    inner = software.nginx(appends, upstream=application)
    outer = software.nginx(appends, upstream=inner, source="127.0.0.8")
    said = software.verify(outer, "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (0, "preserved"), said.words
    said = software.verify(inner, "x-forwarded-for")
    assert said.code == 1, said.words


def test_envoy_that_takes_proxy_protocol_from_anybody_is_spoofable(software: Software) -> None:
    application = software.go("gin-trusted", PROXY)
    open_to_all = software.envoy({"use_remote_address": True}, application, prefaced=True)
    said = software.verify(open_to_all, "x-forwarded-for")
    assert (said.code, said.report["verdict"]) == (1, "spoofable"), said.words
    assert "proxy protocol" in said.words.lower()
