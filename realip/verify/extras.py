"""Requests that a healthy target may refuse, and that an unhealthy one believes: a client can send them all the same."""

import asyncio
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address

from realip.messages import message
from realip.verify.attempt import Attempt, Kind
from realip.verify.client import Asker
from realip.verify.forgery import SHAPES, Forger
from realip.verify.ip import Address

__all__ = ["Extras"]

_V2_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_V2_PROXY, _V2_TCP4 = 0x21, 0x11
"""Version 2 and command PROXY; TCP over IPv4 (haproxy.org, proxy-protocol.txt, 2.2)."""
_PORT = 46_532
_LEAST_WAIT, _WAIT_SHARE = 0.3, 2.0
"""Seconds, and shares of the slowest probe, that an extra request may take when all probes have been answered."""


class Extras:
    """Sends one of each kind to an address of the target."""

    def __init__(self, asker: Asker, forger: Forger, reads: str | None) -> None:
        """Nothing is sent before `start`."""
        self._asker, self._forger, self._reads = asker, forger, reads
        self._tasks: dict[Kind, asyncio.Task[Attempt]] = {}
        self._address: Address | None = None

    def start(self, address: Address) -> None:
        """Begin to send them."""
        self._address = address
        jobs = {
            Kind.PROXY_V1: partial(self._preface, address, Kind.PROXY_V1),
            Kind.PROXY_V2: partial(self._preface, address, Kind.PROXY_V2),
            Kind.ABSOLUTE: partial(self._crowd, address, Kind.ABSOLUTE, len(SHAPES) - 2),
            Kind.CONNECTION: partial(self._crowd, address, Kind.CONNECTION, len(SHAPES) - 1),
        }
        self._tasks = {kind: asyncio.ensure_future(job()) for kind, job in jobs.items()}

    async def end(self, slowest: float) -> list[Attempt]:
        """Their results; those that are not answered soon after the slowest probe, in milliseconds, are given up."""
        if not self._tasks or self._address is None:
            return []
        limit = max(_LEAST_WAIT, _WAIT_SHARE * slowest / 1000)
        left = self._asker.deadline - asyncio.get_running_loop().time()
        await asyncio.wait(self._tasks.values(), timeout=max(0.0, min(limit, left)))
        found = []
        for kind, task in self._tasks.items():
            if task.done() and not task.cancelled():
                found.append(task.result())
            else:
                task.cancel()
                problem = message("no_answer_within", limit=f"{limit:.3g}")
                found.append(Attempt(kind, self._address, self._asker.target.port, problem=problem))
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        return found

    async def abandon(self) -> None:
        """End without a result: the target was not up yet."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks = {}

    async def _preface(self, address: Address, kind: Kind) -> Attempt:
        made = self._forger.plain()
        owners: dict[Address, str] = {}
        claimed = self._forger.address(made.probe, kind.value, owners)
        claim = claimed if isinstance(claimed, IPv4Address) else IPv4Address("240.0.0.1")
        to = address if isinstance(address, IPv4Address) else IPv4Address("240.0.0.2")
        port = self._asker.target.port
        if kind is Kind.PROXY_V1:
            preface = f"PROXY TCP4 {claim} {to} {_PORT} {port}\r\n".encode()
        else:
            body = claim.packed + to.packed + _PORT.to_bytes(2, "big") + port.to_bytes(2, "big")
            preface = _V2_SIGNATURE + bytes((_V2_PROXY, _V2_TCP4)) + len(body).to_bytes(2, "big") + body
        async with self._asker.connect(address, kind) as connection:
            return await connection.ask(replace(made, owners=owners, shape=kind.value), preface=preface)

    async def _crowd(self, address: Address, kind: Kind, shape: int) -> Attempt:
        forgery = self._forger.of(SHAPES[shape], kind.value)
        dropped = dict.fromkeys((self._reads or "X-Forwarded-For", "X-Forwarded-For", "X-Real-IP"))
        # A proxy that takes the header at its word drops what a hop before it added.
        headers = [("Connection", ", ".join(("close", *dropped)))] if kind is Kind.CONNECTION else []
        async with self._asker.connect(address, kind) as connection:
            return await connection.ask(forgery, headers)
