"""Where a target is: the addresses of its name that this machine has a way to."""

import asyncio
import socket
import threading
from collections.abc import Iterable
from ipaddress import ip_address

from realip.messages import Message, message
from realip.verify.ip import Address, parse_address

__all__ = ["Unresolved", "addresses_of", "way_to"]


class Unresolved(Exception):
    """A name that has no address at this moment; says why."""

    def __init__(self, why: Message) -> None:
        """`why` is for a person."""
        super().__init__(why)
        self.why = why


async def addresses_of(host: str, family: int | None, limit: float) -> list[Address]:
    """The addresses of a host, families in turn.

    Raises Unresolved if there is none within `limit` seconds. The resolver of the system cannot be called off, so it runs
    in a thread that nobody waits for at the end.
    """
    literal = parse_address(host)
    if literal is not None:
        found = [literal]
    else:
        try:
            async with asyncio.timeout(limit):
                found = await _ask_system(host)
        except TimeoutError:
            raise Unresolved(message("name_not_resolved_within", host=host, limit=f"{limit:.3g}")) from None
    wanted = [address for address in found if family in {None, address.version}]
    if not wanted:
        raise Unresolved(message("no_address_of_family", host=host, family=family or "4 or IPv6"))
    by_family = [[address for address in wanted if address.version == version] for version in (4, 6)]
    longest = max(map(len, by_family))
    return [members[index] for index in range(longest) for members in by_family if index < len(members)]


async def _ask_system(host: str) -> list[Address]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def settle(found: list[Address], problem: Message | None) -> None:
        if answer.done():
            return
        if problem is None:
            answer.set_result(found)
        else:
            answer.set_exception(Unresolved(problem))

    def look_up() -> None:
        problem: Message | None
        try:
            entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found, problem = _unique(str(entry[4][0]) for entry in entries), None
        except (OSError, UnicodeError) as error:
            why = str(getattr(error, "strerror", None) or error)
            found, problem = [], message("name_not_resolved", host=host, why=why)
        try:
            loop.call_soon_threadsafe(settle, found, problem)
        except RuntimeError:
            return  # The loop has ended: nobody waits any more.

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    return await answer


def _unique(texts: Iterable[str]) -> list[Address]:
    return list(dict.fromkeys(ip_address(text.partition("%")[0]) for text in texts))


def way_to(address: Address) -> Address | None:
    """The local address from which this machine would reach another, None if it has no way there. Sends nothing."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(str(probe.getsockname()[0]).partition("%")[0])
    except OSError:
        return None
