"""Reads of a Kubernetes API server by a kubeconfig: GET alone, all within a deadline, told in words where they fail."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from realip.kubeconfig import Kubeconfig, KubernetesError, without_userinfo
from realip.kubernetes_tls import tls_context
from realip.shapes import Shape, wrong_kinds

if TYPE_CHECKING:
    import httpx

__all__ = ["ApiServer", "Forbidden", "Unauthorized", "UnknownKind", "connected"]

PAGE = 500
"""Objects of one answer to a list, as kubectl asks for them."""
TIMEOUT = 20.0
"""Seconds that an answer may take."""
LARGEST = 1 << 30
"""Bytes of an answer; five hundred objects as large as etcd takes them are fewer."""
PATIENCE = 60.0
"""Seconds that all reads of a connection may take, where nobody says otherwise."""
_PAUSE = 0.5
"""Seconds before a busy server is asked again, where it does not say when."""
_LIST: Mapping[str, Shape] = {"metadata": {"continue": str}, "items": [{}]}
_OBJECT: Mapping[str, Shape] = {
    "metadata": {"name": str, "labels": {}},
    "spec": {},
    "status": {"allocatable": {}},
    "data": {},
}
"""Maps of an object, which those who read it count on."""
_MOST_RESTARTS = 3
_MOST_WORDS = 200


class Unauthorized(KubernetesError):
    """The API server does not know who asks."""


class Forbidden(KubernetesError):
    """The API server knows who asks, and does not let them read this."""


class UnknownKind(KubernetesError):
    """The API server has no such kind."""


class _Expired(Exception):
    """A list has to begin anew: the server has forgotten where it was."""


@dataclass(frozen=True)
class _Answer:
    """An answer, read to its end."""

    status: int
    reason: str
    """The words beside the status."""
    retry_after: str
    """How long a busy server asks to be left alone; empty where it does not."""
    content: bytes

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


@dataclass
class ApiServer:
    """A connection to an API server, which reads and nothing else."""

    kubeconfig: Kubeconfig
    _client: "httpx.Client"
    _deadline: float
    _seconds: float

    def get(self, path: str, **parameters: str) -> Mapping[str, Any] | None:
        """The object at a path such as `/api/v1/nodes`, None if there is none.

        Forbidden, Unauthorized or KubernetesError otherwise.
        """
        answer = self._answer(path, parameters)
        return None if answer.status == HTTPStatus.NOT_FOUND else _object(path, answer)

    def _answer(self, path: str, parameters: Mapping[str, str]) -> _Answer:
        """The answer of a server that knows who asks, lets them, and has the time."""
        while True:
            answer = self._ask(path, parameters)
            if answer is None:
                continue
            status = answer.status
            if status == HTTPStatus.UNAUTHORIZED:
                raise Unauthorized(
                    f"{self._where} does not know this user (401 {_reason(answer)}); fetch the kubeconfig anew"
                )
            if status == HTTPStatus.FORBIDDEN:
                raise Forbidden(f"GET {path} is refused: {_reason(answer)}")
            if status != HTTPStatus.TOO_MANY_REQUESTS and status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return answer
            self._pause(_asked_pause(answer), f"is too busy to answer within {self._seconds:g} s")

    def pages(self, path: str, begin: Callable[[], None]) -> Iterator[Mapping[str, Any]]:
        """The pages of a list, each as the server sent it. UnknownKind where it has no such kind.

        `begin` is called before the first page, and again where the server has forgotten its place and starts anew.
        """
        for _ in range(_MOST_RESTARTS):
            begin()
            try:
                yield from self._pages(path)
            except _Expired:
                continue
            return
        raise KubernetesError(f"GET {path} was answered 410 each time: the list changes faster than it can be read")

    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        parameters = {"limit": str(PAGE)}
        while True:
            answer = self._answer(path, parameters)
            if answer.status == HTTPStatus.NOT_FOUND:
                raise UnknownKind(f"{self._where} has no {path}")
            if answer.status == HTTPStatus.GONE:
                raise _Expired
            page = _object(path, answer, _LIST)
            yield page
            following = (page.get("metadata") or {}).get("continue")
            if not following:
                return
            parameters["continue"] = following

    def list(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The objects of a list; nothing where the cluster does not know the kind."""
        found: list[Mapping[str, Any]] = []
        with contextlib.suppress(UnknownKind):
            for page in self.pages(path, found.clear):
                found += [_checked(path, item, _OBJECT) for item in page.get("items") or () if item]
        yield from found

    def _ask(self, path: str, parameters: Mapping[str, str]) -> _Answer | None:
        """An answer; None where the connection was lost, and there is time to ask again."""
        import httpx  # noqa: PLC0415 - loaded by who reads a cluster alone

        name = self.kubeconfig.server_name
        left = max(0.001, self._deadline - time.monotonic())
        asked = self._client.stream(
            "GET",
            self.kubeconfig.server + path,
            params=parameters,
            extensions={"sni_hostname": name} if name else {},
            timeout=min(TIMEOUT, left),
        )
        try:
            with asked as answer:
                retry_after = answer.headers.get("Retry-After", "")
                return _Answer(answer.status_code, answer.reason_phrase, retry_after, self._content(path, answer))
        except httpx.ConnectTimeout:
            raise KubernetesError(
                f"{self._where} did not answer within {min(TIMEOUT, left):.0f} s; is its endpoint open to this address?"
            ) from None
        except httpx.LocalProtocolError:
            # Its text quotes the header that cannot be sent, and another try sends the same.
            raise KubernetesError(
                f"{self._where} cannot be asked: the request is no valid HTTP; fetch the kubeconfig anew"
            ) from None
        except (httpx.InvalidURL, UnicodeError):
            # The text may quote a part of the URL that holds a password.
            raise KubernetesError(
                f"{self._where} is no URL that can be asked; correct the kubeconfig's server"
            ) from None
        except httpx.ConnectError as error:
            raise KubernetesError(f"{self._where} cannot be reached: {error}") from None
        except httpx.TransportError as error:
            self._pause(_PAUSE, f"cannot be reached: {error or type(error).__name__}")
        except httpx.HTTPError as error:
            raise KubernetesError(f"{self._where} cannot be reached: {error}") from None
        return None

    def _content(self, path: str, answer: "httpx.Response") -> bytes:
        """The body, within the deadline and the memory for it: a server may send it a letter at a time, or without end."""
        parts, size = [], 0
        for part in answer.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise KubernetesError(
                    f"GET {path} was answered with more than {LARGEST >> 20} MiB; is it an API server?"
                )
            if time.monotonic() > self._deadline:
                raise KubernetesError(f"{self._where} did not answer GET {path} to its end within {self._seconds:g} s")
        return b"".join(parts)

    def _pause(self, seconds: float, otherwise: str) -> None:
        """Wait before the next try; KubernetesError where the time for all of it would be over."""
        if time.monotonic() + seconds >= self._deadline:
            raise KubernetesError(f"{self._where} {otherwise}")
        time.sleep(seconds)

    @property
    def _where(self) -> str:
        """The server's URL, without the name and the password that may stand in one."""
        return without_userinfo(self.kubeconfig.server)


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _object(path: str, answer: _Answer, shape: Shape = _OBJECT) -> Mapping[str, Any]:
    """The object of an answer, of the shape that those who read it count on; KubernetesError for anything else."""
    status, found = answer.status, _json(answer.content)
    if not answer.is_success:
        raise KubernetesError(f"GET {path} was answered {status}: {_reason(answer)}")
    if not isinstance(found, Mapping):
        raise KubernetesError(f"GET {path} was answered {status} with no JSON object; is it an API server?")
    return _checked(path, found, shape)


def _checked(path: str, found: Mapping[str, Any], shape: Shape) -> Mapping[str, Any]:
    if wrong := next(wrong_kinds(found, shape), None):
        raise KubernetesError(f"GET {path} was answered with JSON of no API server: {wrong}")
    return found


def _asked_pause(answer: _Answer) -> float:
    """Seconds that a busy server asks to be left alone, in digits (RFC 9110, section 10.2.3): some say 0, and mean soon."""
    said = answer.retry_after
    return max(_PAUSE, float(said)) if said.isascii() and said.isdigit() else _PAUSE


def _reason(answer: _Answer) -> str:
    """The API server's own words, or the status."""
    found = _json(answer.content)
    message = found.get("message") if isinstance(found, Mapping) else None
    said = " ".join(str(message or answer.reason or "no reason given").split())
    return said[:_MOST_WORDS]


@contextlib.contextmanager
def connected(kubeconfig: Kubeconfig, seconds: float = PATIENCE) -> Iterator[ApiServer]:
    """A connection to the API server of a kubeconfig, which trusts its authority alone; KubernetesError for bad certificates.

    All that is read over it has so many seconds together.
    """
    import httpx  # noqa: PLC0415 - loaded by who reads a cluster alone

    headers = [("Accept", "application/json"), ("User-Agent", "realip"), *kubeconfig.impersonation]
    if kubeconfig.authorization:
        headers.append(("Authorization", kubeconfig.authorization))
    tls, proxy = tls_context(kubeconfig), kubeconfig.proxy
    try:
        client = httpx.Client(
            verify=tls, headers=_encoded(headers), timeout=TIMEOUT, trust_env=False, proxy=_proxy(proxy)
        )
    except ImportError:
        raise KubernetesError(
            f"the kubeconfig's proxy-url {without_userinfo(proxy or '')!r} asks for SOCKS: `pip install 'httpx[socks]'`"
        ) from None
    with client:
        yield ApiServer(kubeconfig, client, time.monotonic() + seconds, seconds)


def _encoded(headers: Sequence[tuple[str, str]]) -> "list[tuple[bytes, bytes]]":
    """Headers as they are sent: a name may have letters that ASCII lacks."""
    return [(name.encode(), value.encode()) for name, value in headers]


def _proxy(url: str | None) -> "httpx.Proxy | None":
    import httpx  # noqa: PLC0415 - loaded by who reads a cluster alone

    try:
        return None if url is None else httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):
        raise KubernetesError(
            f"the kubeconfig's proxy-url {without_userinfo(url or '')!r} is no URL that can be asked; correct it"
        ) from None
