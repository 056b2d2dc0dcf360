"""F-41: what a request claims about itself counts only when a trusted proxy says it."""

import asyncio

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.cli import uvicorn_config
from app.settings import Settings

PROXY, STRANGER, EVIL = "10.0.0.7", "198.51.100.9", "evil.example"


def seen(settings: Settings, peer: str, headers: dict[str, str]) -> tuple[str, str]:
    """Client address and scheme that the portal would see behind the server of `uvicorn_config`."""
    found: list[tuple[str, str]] = []

    async def portal(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.append((scope["client"][0], scope["scheme"]))

    scope: Scope = {
        "type": "http",
        "client": (peer, 50_000),
        "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }

    async def ask() -> None:
        await around(settings, portal)(scope, nothing, nowhere)

    asyncio.run(ask())
    return found[0]


def around(settings: Settings, portal: ASGIApp) -> ASGIApp:
    config = uvicorn_config(settings)
    if not config.proxy_headers:
        return portal
    return ProxyHeadersMiddleware(portal, trusted_hosts=config.forwarded_allow_ips or "")  # type: ignore[arg-type,return-value]


async def nothing() -> Message:
    return {"type": "http.disconnect"}


async def nowhere(_message: Message) -> None:
    return None


CLAIM = {"X-Forwarded-For": STRANGER, "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("trusted", ["", PROXY])
def test_f41_a_stranger_is_not_believed(trusted: str) -> None:
    assert seen(Settings(forwarded_allow_ips=trusted), "203.0.113.5", CLAIM) == ("203.0.113.5", "http")


def test_f41_the_named_proxy_is_believed() -> None:
    assert seen(Settings(forwarded_allow_ips=PROXY), PROXY, CLAIM) == (STRANGER, "https")


def test_f41_what_was_put_before_the_proxys_own_word_is_not_believed() -> None:
    """A proxy that appends: the last address it did not know itself is the client's."""
    claimed = {"X-Forwarded-For": f"127.0.0.1, {STRANGER}"}
    assert seen(Settings(forwarded_allow_ips=PROXY), PROXY, claimed)[0] == STRANGER


HOSTS = [
    EVIL,
    f"{EVIL}:443",
    f"localhost.{EVIL}",
    f"localhost@{EVIL}",
    f"localhost:443@{EVIL}",
    f"{EVIL}/localhost",
    "",
    ".",
    "localhost.",
    "[::1",
    "local host",
    "0x7f000001",
    "2130706433",
]


@pytest.mark.parametrize("host", HOSTS)
def test_f41_another_name_gets_no_page(client: TestClient, host: str) -> None:
    answer = client.get("/en/organisations/no-kom", headers={"host": host})
    assert answer.status_code == 400
    assert EVIL not in answer.text


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "Forwarded"])
def test_f41_links_carry_the_configured_name_only(client: TestClient, name: str) -> None:
    value = f"host={EVIL}" if name == "Forwarded" else EVIL
    plain = client.get("/en/organisations/no-kom")
    forged = client.get("/en/organisations/no-kom", headers={name: value})
    assert forged.text == plain.text
    assert 'href="http://localhost:8000/en/organisations/no-kom"' in forged.text
    assert EVIL not in client.get("/sitemap.xml", headers={name: value}, follow_redirects=True).text
