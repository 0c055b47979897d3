# mypy: ignore-errors
"""Applications on WSGI frameworks: `python wsgi.py APPLICATION PORT` serves one with Werkzeug's server until it is ended."""

import sys
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from flask import Flask, request
from python_ipware import IpWare
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.serving import WSGIRequestHandler, run_simple

PROXY = "127.0.0.9"
"""Where the proxies of these tests come from."""


def django(view: Any) -> Any:
    """A Django project with one page."""

    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=(path("", view),), SECRET_KEY="of a test", USE_TZ=True)
    return get_wsgi_application()


def django_remote_addr() -> Any:

    return django(lambda asked: JsonResponse({"REMOTE_ADDR": asked.META["REMOTE_ADDR"]}))


def django_meta() -> Any:
    """Shows `META` as Django has it: `HTTP_X_FORWARDED_FOR` and `REMOTE_ADDR` side by side."""

    shown = ("HTTP_", "REMOTE_ADDR")
    return django(lambda asked: JsonResponse({k: v for k, v in asked.META.items() if k.startswith(shown)}))


def django_ipware(**setup: Any) -> Any:

    finder = IpWare(**setup)
    return django(lambda asked: JsonResponse({"client_ip": str(finder.get_client_ip(asked.META)[0])}))


def flask(hops: int = 0) -> Any:

    app = Flask("shop")
    app.get("/")(lambda: {"remote_addr": request.remote_addr})
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops)
    return app


APPLICATIONS = {
    "django-remote-addr": django_remote_addr,
    "django-meta": django_meta,
    "django-ipware": django_ipware,
    "django-ipware-direct": lambda: django_ipware(precedence=("REMOTE_ADDR",), proxy_count=0),
    "django-ipware-one-more": lambda: django_ipware(precedence=("HTTP_X_FORWARDED_FOR",), proxy_count=1),
    "flask": flask,
    "flask-proxy-fix": lambda: flask(1),
    "flask-proxy-fix-two": lambda: flask(2),
}


class Handler(WSGIRequestHandler):
    """Keeps connections open, as servers in front of users do."""

    protocol_version = "HTTP/1.1"


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[2]), APPLICATIONS[sys.argv[1]](), threaded=True, request_handler=Handler)
