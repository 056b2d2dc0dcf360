"""A web server on loopback that behaves well, badly, or not at all, and a way to it that skips the guard's rule."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from app.links.asking import Address, Way

AGENT = "Samband link checker (+https://samband.example)"
TRUSTING_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
MANY_BYTES = 64_000_000
DRIPS, DRIP_SECONDS = 60, 0.05
CODES = {"/ok": 200, "/missing": 404, "/gone": 410, "/forbidden": 403, "/failing": 500, "/no-head": 200}
REDIRECTS = {
    "/moved": "http://elsewhere.test/new",
    "/1": "/ok",
    "/2": "/1",
    "/3": "/2",
    "/4": "/3",
    "/inside": "http://127.0.0.1/admin",
    "/nowhere": "mailto:somebody",
    "/odd-name": "http://xn--0000h/",
}


class Seen(NamedTuple):
    method: str
    path: str
    host: str
    agent: str
    at: float


@dataclass(slots=True)
class Peer:
    """`seen`: what was asked; `at_once`: the most requests that it had to answer at the same time."""

    port: int
    seen: list[Seen] = field(default_factory=list)
    sent: int = 0
    open: int = 0
    at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = "peer.test") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def asked(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.seen]


class Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asks may hang up at any time."""


@contextmanager
def running_peer(tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    peer = Peer(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            with peer.lock:
                peer.open += 1
                peer.at_once = max(peer.at_once, peer.open)
                headers = self.headers.get("Host", ""), self.headers.get("User-Agent", "")
                peer.seen.append(Seen(self.command, self.path, *headers, time.monotonic()))
            try:
                behave(self, peer)
            finally:
                with peer.lock:
                    peer.open -= 1

        do_GET = do_HEAD

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on standard error."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    peer.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def behave(handler: BaseHTTPRequestHandler, peer: Peer) -> None:
    if handler.path == "/slow":
        drip(handler)
    elif handler.path == "/garbage":
        handler.wfile.write(b"SSH-2.0-none\r\n")
        handler.close_connection = True
    elif handler.path == "/silent":
        handler.connection.shutdown(socket.SHUT_RDWR)
    elif handler.path in {"/no-head", "/huge"} and handler.command == "HEAD":
        handler.send_error(405)
    elif handler.path == "/huge":
        flood(handler, peer)
    else:
        handler.send_response(302 if handler.path in REDIRECTS else CODES[handler.path])
        if handler.path in REDIRECTS:
            handler.send_header("Location", REDIRECTS[handler.path])
        handler.send_header("Content-Length", "0")
        handler.end_headers()


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Never silent for long, and never done within the time that is allowed."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(DRIPS):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(DRIP_SECONDS)
    handler.wfile.write(b"\r\n\r\n")


def flood(handler: BaseHTTPRequestHandler, peer: Peer) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(MANY_BYTES))
    handler.end_headers()
    while peer.sent < MANY_BYTES:
        handler.wfile.write(b"x" * 100_000)
        peer.sent += 100_000


class Names:
    """A resolver of our own: the answers of each name, one after the other; the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(listed) for name, listed in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        listed = self.answers.get(host, [["127.0.0.1"]])
        return listed.pop(0) if len(listed) > 1 else listed[0]


def is_loopback(address: Address) -> bool:
    return address.is_loopback


def way_to(
    peer: Peer, names: Names | None = None, tls: ssl.SSLContext = TRUSTING_NOBODY, timeout_seconds: float = 5
) -> Way:
    """Loopback is allowed here, and the peer's port; nothing else is."""
    return Way(
        agent=AGENT,
        resolve=names or Names(),
        is_allowed=is_loopback,
        ports=frozenset({peer.port}),
        pause_seconds=0,
        timeout_seconds=timeout_seconds,
        tls=tls,
    )
