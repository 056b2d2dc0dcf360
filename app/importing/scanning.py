"""S-31: documents before a ClamAV daemon (its INSTREAM command). Only a plain OK lets one pass."""

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from app.extraction.result import Refused
from app.settings import Settings

DEADLINE_SECONDS = 60.0
CHUNK = 1 << 16
MAX_ANSWER = 1_000
MAX_SHOWN = 100
PASSED, FOUND = "stream: OK", " FOUND"


@dataclass(frozen=True, slots=True)
class Scanner:
    """`address`: the path of a socket, or host:port."""

    address: str
    deadline_seconds: float = DEADLINE_SECONDS

    def refuse_unless_passed(self, data: bytes) -> datetime:
        """Raises Refused for what is infected, and for whatever else is no OK: no answer is no pass."""
        try:
            answer = self._ask(data)
        except TimeoutError:
            reason = f"the virus scanner did not answer within {self.deadline_seconds:g} seconds"
            raise Refused(f"was not scanned, so it is not taken: {reason}") from None
        except OSError as error:
            reason = f"the virus scanner cannot be reached ({error.strerror or error})"
            raise Refused(f"was not scanned, so it is not taken: {reason}") from None
        if answer == PASSED:
            return datetime.now(UTC)
        if answer.endswith(FOUND):
            raise Refused(f"holds a virus: {answer.removeprefix('stream: ').removesuffix(FOUND)[:MAX_SHOWN]}")
        raise Refused(f"was not scanned, so it is not taken: the virus scanner said “{answer[:MAX_SHOWN]}”")

    def _ask(self, data: bytes) -> str:
        end = time.monotonic() + self.deadline_seconds
        with self._connected(end) as connection:
            try:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK):
                    chunk = data[start : start + CHUNK]
                    connection.settimeout(_left(end))
                    connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
                connection.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                # It says why it hung up, if it does, before it does.
                pass
            answer = b""
            while b"\0" not in answer and len(answer) < MAX_ANSWER:
                connection.settimeout(_left(end))
                received = connection.recv(MAX_ANSWER)
                if not received:
                    break
                answer += received
        whole, closed, _ = answer.partition(b"\0")
        return whole.decode("utf-8", "replace").strip() if closed else "nothing"

    def _connected(self, end: float) -> socket.socket:
        if self.address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(_left(end))
                connection.connect(self.address)
            except OSError:
                connection.close()
                raise
            return connection
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), _left(end))


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def scanner_of(settings: Settings) -> Scanner | None:
    return Scanner(settings.clamd) if settings.clamd else None
