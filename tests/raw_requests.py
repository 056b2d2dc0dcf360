"""Requests as a server hands them to the application: nothing tidied by a client on the way."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import unquote

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send


@dataclass(slots=True)
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def ask(
    app: FastAPI,
    path: str,
    query: bytes = b"",
    method: str = "GET",
    headers: Iterable[tuple[bytes, bytes]] = (),
    body: Iterable[bytes] = (b"",),
    own_host: bool = True,
) -> Answer:
    """`path` as it stands in the request line; `body` in pieces, without a declared length."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [*([(b"host", b"localhost")] if own_host else []), *headers],
        "client": ("192.0.2.1", 50_000),
        "server": ("localhost", 80),
        "state": {},
    }
    answer = Answer()
    run_aside(app(scope, _receiver(body), _sender(answer)))
    return answer


def run_aside(work: Coroutine[object, object, None]) -> None:
    """In a thread of its own: the tests' thread may be running the browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def _receiver(body: Iterable[bytes]) -> Receive:
    pieces = list(body)

    async def receive() -> Message:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    return receive


def _sender(answer: Answer) -> Send:
    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            answer.headers = {name.lower(): value for name, value in pairs}
        elif message["type"] == "http.response.body":
            answer.body += message.get("body", b"")

    return send
