"""A way to a server that can be slow, silent or wrong: what stands between a portal and its search engine."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

_SLOW_SECONDS = 5.0
_PIECE = 65_536
_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<html>Oh dear</html>"
_OTHER_FORM = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n[{"results":1}]'


class Fault(Enum):
    NONE = "passes everything on"
    SLOW = "answers after five seconds"
    SILENT = "takes the question and never answers"
    CUT = "ends after the first hundred bytes of an answer"
    GARBAGE = "answers with bytes that are no HTTP"
    GATEWAY = "answers with the page of a gateway"
    OTHER_FORM = "answers with sound JSON of another form"
    RESET = "closes at once"


_INSTEAD = {Fault.GARBAGE: secrets.token_bytes(400), Fault.GATEWAY: _GATEWAY, Fault.OTHER_FORM: _OTHER_FORM}


class Proxy:
    """`asked`: connections since the fault began."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._fault = Fault.NONE
        self._ended = threading.Event()
        self.asked = 0

    @property
    def fault(self) -> Fault:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        """Whoever still waits for the fault before is let go."""
        self._fault, self.asked = fault, 0
        self._ended.set()
        self._ended = threading.Event()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.asked += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        self.fault = Fault.RESET
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        fault, ended = self._fault, self._ended
        with client, suppress(OSError):
            if fault is Fault.RESET:
                return
            if fault in _INSTEAD:
                client.recv(_PIECE)
                client.sendall(_INSTEAD[fault])
                return
            if fault is Fault.SILENT:
                ended.wait()
                return
            if fault is Fault.SLOW and ended.wait(_SLOW_SECONDS):
                return
            with socket.create_connection(("127.0.0.1", self._port), timeout=10) as server:
                server.settimeout(None)
                threading.Thread(target=_pass_on, args=(client, server, None), daemon=True).start()
                _pass_on(server, client, 100 if fault is Fault.CUT else None)
                # The other direction still reads from it: closing alone would not end the connection.
                client.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket, at_most: int | None) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE if at_most is None else at_most):
            target.sendall(piece)
            if at_most is not None:
                at_most -= len(piece)
                if at_most <= 0:
                    return
        target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    between = Proxy(port)
    thread = threading.Thread(target=between.run, daemon=True)
    thread.start()
    try:
        yield between
    finally:
        between.close()
        thread.join(10)
