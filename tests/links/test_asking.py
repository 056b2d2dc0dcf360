"""What is asked, how politely, and what the answers mean. F-24: nothing inside is ever asked."""

import asyncio
import ssl
from dataclasses import replace
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from app.links.asking import CheckedTransport, NoAddress, Way, ask_all, is_public
from app.links.models import Answer, LinkStatus
from tests.links.peer import AGENT, MANY_BYTES, TRUSTING_NOBODY, Names, Peer, running_peer, way_to
from tests.operations.site import NAME, certificate

PUBLIC = "9.9.9.9"
"""An address of the internet. Nothing is ever sent there: it always stands beside one that is refused."""


def ask(way: Way, *links: str) -> list[Answer]:
    found: dict[str, Answer] = {}
    asyncio.run(ask_all(links, way, found.__setitem__))
    return [found[link] for link in links]


def guarded(names: Names) -> Way:
    """The rules of the portal itself."""
    return Way(AGENT, names, tls=TRUSTING_NOBODY)


def refused(way: Way, link: str) -> bool:
    return ask(way, link)[0].status is LinkStatus.NOT_CHECKABLE


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/ok", LinkStatus.OK, ""),
        ("/no-head", LinkStatus.OK, ""),
        ("/missing", LinkStatus.GONE, "404"),
        ("/gone", LinkStatus.GONE, "410"),
        ("/forbidden", LinkStatus.REFUSED, "403"),
        ("/failing", LinkStatus.UNREACHABLE, "500"),
        ("/3", LinkStatus.OK, ""),
        ("/4", LinkStatus.REFUSED, "more than 3 redirects"),
        ("/moved", LinkStatus.MOVED, "to elsewhere.test"),
        ("/odd-name", LinkStatus.REFUSED, "redirects to no address"),
        ("/nowhere", LinkStatus.REFUSED, "redirects to no address"),
        ("/silent", LinkStatus.UNREACHABLE, "what it answers is not HTTP"),
        ("/garbage", LinkStatus.UNREACHABLE, "what it answers is not HTTP"),
    ],
)
def test_what_an_answer_means(peer: Peer, path: str, status: LinkStatus, detail: str) -> None:
    assert ask(way_to(peer), peer.url(path)) == [Answer(status, detail)]


def test_an_answer_that_takes_too_long_in_all(peer: Peer) -> None:
    """No pause between two of its bytes is long."""
    way = way_to(peer, timeout_seconds=0.25)
    assert ask(way, peer.url("/slow")) == [Answer(LinkStatus.UNREACHABLE, "no answer in time")]


def test_an_endless_page_is_not_read(peer: Peer) -> None:
    assert ask(way_to(peer), peer.url("/huge")) == [Answer(LinkStatus.OK)]
    assert peer.asked == ["HEAD /huge", "GET /huge"]
    assert peer.sent < MANY_BYTES


def test_nobody_there(peer: Peer) -> None:
    way = way_to(peer, Names(nobody_test=[["::1"]]))
    assert ask(way, peer.url("/ok", "nobody.test")) == [Answer(LinkStatus.UNREACHABLE, "no connection")]


def test_a_name_without_an_address(peer: Peer) -> None:
    async def unknown(_host: str, _port: int) -> list[str]:
        raise NoAddress

    way = replace(way_to(peer), resolve=unknown)
    assert ask(way, peer.url("/ok")) == [Answer(LinkStatus.UNREACHABLE, "its name has no address")]


def test_the_next_address_is_tried(peer: Peer) -> None:
    way = way_to(peer, Names(two_test=[["::1", "127.0.0.1"]]))
    assert ask(way, peer.url("/ok", "two.test")) == [Answer(LinkStatus.OK)]


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause(peer: Peer) -> None:
    way = replace(way_to(peer), pause_seconds=0.05)
    links = [peer.url(path) for path in ("/ok", "/missing", "/1", "/gone")]
    ask(way, *links)
    assert peer.asked == ["HEAD /ok", "HEAD /missing", "GET /missing", "HEAD /1", "HEAD /ok", "HEAD /gone", "GET /gone"]
    assert peer.at_once == 1
    assert all(after.at - before.at >= way.pause_seconds for before, after in pairwise(peer.seen))


def test_it_says_who_asks(peer: Peer) -> None:
    ask(way_to(peer), peer.url("/ok"))
    assert [(one.host, one.agent) for one in peer.seen] == [(f"peer.test:{peer.port}", AGENT)]


def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    certificate(tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    told: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: told.append(name)
    trusting = ssl.create_default_context(cafile=tmp_path / "cert.pem")
    with running_peer(server_side) as peer:
        way = way_to(peer, tls=trusting)
        right, wrong = f"https://{NAME}:{peer.port}/ok", f"https://other.test:{peer.port}/ok"
        assert ask(way, right, wrong) == [
            Answer(LinkStatus.OK),
            Answer(LinkStatus.NOT_CHECKABLE, "its certificate cannot be verified"),
        ]
        assert [one.host for one in peer.seen] == [f"{NAME}:{peer.port}"]
        asyncio.run(names_share_no_connection(way, right, wrong))
    assert set(told) == {NAME, "other.test"}


async def names_share_no_connection(way: Way, right: str, wrong: str) -> None:
    async with httpx.AsyncClient(transport=CheckedTransport(way), trust_env=False) as client:
        assert (await client.head(right)).status_code == 200
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await client.head(wrong)


@pytest.mark.parametrize(
    "host",
    [
        "0x7f000001",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104  it is to be refused
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
        "100.64.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "[fd00::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_f24_an_address_inside_is_refused_however_it_is_written(host: str) -> None:
    names = Names()
    assert refused(guarded(names), f"http://{host}/")
    assert names.asked == []


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["100.64.0.1"],
        ["fd00::1"],
        ["169.254.169.254"],
        ["::ffff:a9fe:a9fe"],
        [PUBLIC, "10.0.0.1"],
        ["10.0.0.1", PUBLIC],
        [PUBLIC, "fd00::1"],
    ],
)
def test_f24_a_name_with_an_address_inside_is_refused(addresses: list[str]) -> None:
    assert refused(guarded(Names(inside_test=[addresses])), "https://inside.test/")


def test_f24_loopback_is_refused_where_no_test_allows_it(peer: Peer) -> None:
    way = Way(AGENT, ports=frozenset({peer.port}), tls=TRUSTING_NOBODY)
    for host in ("127.0.0.1", "localhost"):
        assert refused(way, peer.url("/ok", host))
    assert peer.seen == []


def test_f24_it_connects_to_the_address_that_was_checked(peer: Peer) -> None:
    """A second look-up would give another answer; there is none."""
    names = Names(changing_test=[["127.0.0.1"], ["10.0.0.1"]])
    assert ask(way_to(peer, names), peer.url("/ok", "changing.test")) == [Answer(LinkStatus.OK)]
    assert names.asked == ["changing.test"]


def test_f24_a_redirect_is_checked_anew(peer: Peer) -> None:
    names = Names(changing_test=[["127.0.0.1"], ["10.0.0.1"]])
    assert refused(way_to(peer, names), peer.url("/1", "changing.test"))
    assert peer.asked == ["HEAD /1"]


def test_f24_a_redirect_to_another_host_is_not_followed(peer: Peer) -> None:
    names = Names()
    assert ask(way_to(peer, names), peer.url("/inside")) == [Answer(LinkStatus.MOVED, "to 127.0.0.1")]
    assert peer.asked == ["HEAD /inside"]
    assert names.asked == ["peer.test"]


@pytest.mark.parametrize(
    "link",
    [
        "ftp://peer.test/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "gopher://peer.test:80/",
        "/etc/passwd",
        "",
        "http:///ok",
        "http://user@peer.test/",
        "http://user:word@peer.test/",
        "http://peer.test:22/",
        "http://peer.test:6379/",
        "http://peer.test:99999/",
        "http://peer.test/\n",
        "http://peer.test/" + "x" * 2000,
    ],
)
def test_f24_only_ordinary_links_are_asked(link: str) -> None:
    names = Names(peer_test=[[PUBLIC]])
    assert refused(guarded(names), link)
    assert names.asked == []


def test_addresses_of_the_internet_are_public() -> None:
    assert [is_public(ip_address(one)) for one in (PUBLIC, "2620:fe::fe", f"::ffff:{PUBLIC}")] == [True] * 3
