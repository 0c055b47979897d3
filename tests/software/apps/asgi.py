# mypy: ignore-errors
"""Applications on ASGI frameworks, for uvicorn: `uvicorn asgi:fastapi_host`."""

from fastapi import FastAPI, Request
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

fastapi_host = FastAPI()


@fastapi_host.get("/")
def read_root(request: Request) -> dict[str, str]:
    """As FastAPI's documentation tells to use the request directly."""
    return {"client_host": request.client.host, "item_id": "foo"}


async def _client(request: Request) -> JSONResponse:
    return JSONResponse({"client": list(request.client)})


async def _headers(request: Request) -> JSONResponse:
    return JSONResponse({"headers": [list(pair) for pair in request.headers.items()]})


starlette_client = Starlette(routes=[Route("/", _client)])
starlette_headers = Starlette(routes=[Route("/", _headers)])
