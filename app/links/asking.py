"""Asking whether a link still leads anywhere: politely, and never inside one's own network (S-24, F-24).

Every request of this module goes through `CheckedTransport`. It looks the name up once, refuses it unless all of its
addresses are public, and connects to one of those: what DNS says a moment later changes nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from app.links.models import MAX_LINK_BYTES, Answer, LinkStatus

HOSTS_AT_ONCE = 8
MAX_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Tell = Callable[[str, Answer], None]


class NotCheckable(Exception):
    """This link may not be asked; the message says why."""


class NoAddress(Exception):
    """The name of the host is not known."""


async def resolve_by_system(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAddress from error
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: Address) -> bool:
    """Also not where a public-looking IPv6 address carries a private IPv4 one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@dataclass(frozen=True, slots=True)
class Way:
    """How hosts are reached. Tests put peers of their own in the place of the internet; nothing else may."""

    agent: str
    resolve: Resolve = resolve_by_system
    is_allowed: Callable[[Address], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    pause_seconds: float = 1.0
    timeout_seconds: float = 5.0
    tls: ssl.SSLContext = field(default_factory=lambda: httpx.create_ssl_context(trust_env=False))


class CheckedTransport(httpx.AsyncBaseTransport):
    """The only way out. Certificate, SNI and Host stay those of the name."""

    def __init__(self, way: Way) -> None:
        self._way = way
        # Kept connections are found by their address: another name of that address would get one that is not its own.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=way.tls, trust_env=False, limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = name_of(request.url)
        failed: httpx.TransportError | None = None
        for address in await checked_addresses(request.url, self._way):
            there = httpx.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": name},
            )
            try:
                return await self._inner.handle_async_request(there)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failed = error
        raise failed or NoAddress

    async def aclose(self) -> None:
        await self._inner.aclose()


def name_of(url: httpx.URL) -> str:
    """As it goes over the line. `URL.host` fails on what only looks like an internationalised name."""
    return url.raw_host.decode("ascii")


async def checked_addresses(url: httpx.URL, way: Way) -> list[Address]:
    """Raises NotCheckable unless the link is an ordinary one and every address of its host may be asked."""
    host = name_of(url)
    port = url.port or PORTS.get(url.scheme, 0)
    if url.scheme not in PORTS or not host:
        raise NotCheckable("no address of the web")
    if url.userinfo:
        raise NotCheckable("carries a user name")
    if port not in way.ports:
        raise NotCheckable(f"port {port}")
    literal = _literal(host)
    found = [literal] if literal else [ip_address(one) for one in await way.resolve(host, port)]
    if not all(way.is_allowed(address) for address in found):
        raise NotCheckable("leads to an address that is not public")
    return found


def _literal(host: str) -> Address | None:
    """A host that is itself an address. Other ways of writing one (127.1, 0x7f000001) are refused, not looked up."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" not in host and not last.isdigit() and not last.lower().startswith("0x"):
        return None
    try:
        return ip_address(host)
    except ValueError:
        raise NotCheckable("an unusual way to write an address") from None


class Host:
    """The links of one host: one request at a time, with a pause between."""

    def __init__(self, client: httpx.AsyncClient, way: Way) -> None:
        self._client, self._way = client, way
        self._free_at = 0.0

    async def check(self, link: str) -> Answer:
        try:
            url = parsed(link)
            answer = await self._follow("HEAD", url)
            # Some servers know no HEAD, or answer it wrongly.
            is_certain = answer.status in {LinkStatus.OK, LinkStatus.MOVED}
            return answer if is_certain else await self._follow("GET", url)
        except NotCheckable as error:
            return Answer(LinkStatus.NOT_CHECKABLE, str(error))

    async def _follow(self, method: str, url: httpx.URL) -> Answer:
        for _ in range(MAX_REDIRECTS + 1):
            try:
                code, location = await self._send(method, url)
                target = url.join(location) if location and code in REDIRECTS else None
            except (httpx.InvalidURL, UnicodeError):
                return Answer(LinkStatus.REFUSED, "redirects to no address")
            except (TimeoutError, NoAddress, httpx.HTTPError) as error:
                return _no_answer(error)
            if target is None:
                return _by_code(code)
            if target.raw_host != url.raw_host:
                return Answer(LinkStatus.MOVED, f"to {name_of(target)}")
            url = target
        return Answer(LinkStatus.REFUSED, f"more than {MAX_REDIRECTS} redirects")

    async def _send(self, method: str, url: httpx.URL) -> tuple[int, str | None]:
        """The code and where a redirect leads. Nothing of the page itself is read."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._free_at - clock()))
        try:
            # httpx waits anew for each piece of an answer; this is for all of it.
            async with (
                asyncio.timeout(self._way.timeout_seconds),
                self._client.stream(method, url) as response,
            ):
                return response.status_code, response.headers.get("location")
        finally:
            self._free_at = clock() + self._way.pause_seconds


def parsed(link: str) -> httpx.URL:
    if len(link.encode()) > MAX_LINK_BYTES:
        raise NotCheckable(f"longer than {MAX_LINK_BYTES} bytes")
    try:
        return httpx.URL(link)
    except (httpx.InvalidURL, ValueError):
        raise NotCheckable("no address of the web") from None


def _by_code(code: int) -> Answer:
    if code in GONE:
        return Answer(LinkStatus.GONE, str(code))
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Answer(LinkStatus.UNREACHABLE, str(code))
    return Answer(LinkStatus.OK) if code < HTTPStatus.MULTIPLE_CHOICES else Answer(LinkStatus.REFUSED, str(code))


def _no_answer(error: Exception) -> Answer:
    if _is_about_the_certificate(error):
        # Browsers complete some chains that we cannot: calling such a link broken would often be wrong.
        return Answer(LinkStatus.NOT_CHECKABLE, "its certificate cannot be verified")
    words = {
        NoAddress: "its name has no address",
        TimeoutError: "no answer in time",
        httpx.TimeoutException: "no answer in time",
        httpx.ConnectError: "no connection",
        httpx.ProtocolError: "what it answers is not HTTP",
    }
    detail = next((text for kind, text in words.items() if isinstance(error, kind)), "the connection broke off")
    return Answer(LinkStatus.UNREACHABLE, detail)


def _is_about_the_certificate(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def by_host(links: Iterable[str]) -> dict[str, list[str]]:
    """Links of which no host can be told stand together."""
    groups: dict[str, list[str]] = {}
    for link in links:
        try:
            host = name_of(parsed(link))
        except NotCheckable:
            host = ""
        groups.setdefault(host, []).append(link)
    return groups


async def ask_all(links: Iterable[str], way: Way, tell: Tell) -> None:
    """Ask each link and `tell` its answer as soon as it is there."""
    gate = asyncio.Semaphore(HOSTS_AT_ONCE)

    async def ask_host(of_host: list[str]) -> None:
        headers = {"User-Agent": way.agent}
        transport = CheckedTransport(way)
        async with (
            gate,
            httpx.AsyncClient(
                transport=transport, headers=headers, timeout=way.timeout_seconds, trust_env=False
            ) as client,
        ):
            host = Host(client, way)
            for link in of_host:
                tell(link, await host.check(link))

    await asyncio.gather(*(ask_host(of_host) for of_host in by_host(links).values()))
