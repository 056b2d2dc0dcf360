"""S-31, F-20: only what the scanner lets pass is taken; without one, that is said, and nobody says “clean”."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from app.db import reading
from app.extraction.result import Refused
from app.importing.scanning import Scanner
from app.importing.service import Fate, Scan
from app.library.files import FileStore, digest_of
from app.library.models import File
from app.settings import Settings
from app.state import Portal
from tests.importing.conftest import taken
from tests.importing.small_documents import pdf, txt_file, write
from tests.importing.test_import import samband

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def fake_clamd(answer: bytes | None, heard: list[bytes]) -> Iterator[str]:
    """Speaks INSTREAM as the daemon does. None: it listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, answer, heard), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(server: socket.socket, answer: bytes | None, heard: list[bytes]) -> None:
    held = []
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            break
        with connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            parts = []
            while size := int.from_bytes(stream.read(4), "big"):
                parts.append(stream.read(size))
        heard.append(b"".join(parts))
        if answer is None:
            held.append(connection)
        else:
            connection.sendall(answer)
            connection.close()
    for connection in held:
        connection.close()


def scanned(portal: Portal, address: str) -> Portal:
    return replace(portal, settings=portal.settings.model_copy(update={"clamd": address}))


def files(portal: Portal) -> dict[str, bool]:
    with reading(portal.database) as session:
        return {file.name: file.scanned_at is not None for file in session.exec(select(File))}


def test_ok_is_taken_with_the_day_of_the_scan(stocked: Portal, tmp_path: Path) -> None:
    heard: list[bytes] = []
    path = write(tmp_path, "round.pdf", pdf())
    with fake_clamd(b"stream: OK\0", heard) as address:
        (line,) = taken(scanned(stocked, address), path)
    assert (line.fate, line.scan) == (Fate.TAKEN, Scan.PASSED)
    assert heard == [path.read_bytes()]
    assert files(stocked) == {"round.pdf": True}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "holds a virus: Win.Test.EICAR_HDB-1"),
        (b"INSTREAM size limit exceeded. ERROR\0", "size limit exceeded"),
        (b"stream: OK", "the virus scanner said “nothing”"),
        (b"", "the virus scanner said “nothing”"),
        (b"stream: OKAY\0", "OKAY"),
    ],
)
def test_f20_whatever_is_no_ok_is_refused(answer: bytes, reason: str) -> None:
    with fake_clamd(answer, []) as address, pytest.raises(Refused, match=reason):
        Scanner(address).refuse_unless_passed(EICAR)


def test_f20_a_scanner_that_hangs_or_is_away_lets_nothing_pass() -> None:
    with (
        fake_clamd(None, []) as address,
        pytest.raises(Refused, match=r"not scanned, so it is not taken: .* within 0.2 seconds"),
    ):
        Scanner(address, deadline_seconds=0.2).refuse_unless_passed(EICAR)
    with pytest.raises(Refused, match=r"not scanned, so it is not taken: .* cannot be reached"):
        Scanner(address).refuse_unless_passed(EICAR)
    with pytest.raises(Refused, match="cannot be reached"):
        Scanner("/nowhere/clamd.ctl").refuse_unless_passed(EICAR)


def test_the_socket_of_the_daemon_may_be_a_path(tmp_path: Path) -> None:
    path, heard = str(tmp_path / "c"), list[bytes]()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        thread = threading.Thread(target=_serve, args=(server, b"stream: OK\0", heard), daemon=True)
        thread.start()
        assert Scanner(path).refuse_unless_passed(bytes(200_000)).tzinfo is not None
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert heard == [bytes(200_000)]


def test_f20_what_is_refused_leaves_nothing_and_the_rest_goes_on(stocked: Portal, tmp_path: Path) -> None:
    infected = write(tmp_path / "in", "bad.txt", EICAR + b"\n\n" + txt_file())
    with fake_clamd(b"stream: Eicar-Signature FOUND\0", []) as address:
        (line,) = taken(scanned(stocked, address), infected)
    assert (line.fate, line.reason) == (Fate.REFUSED, "holds a virus: Eicar-Signature")
    assert files(stocked) == {}
    assert not FileStore(stocked.settings.data_dir).path(digest_of(infected.read_bytes())).exists()


def test_without_a_scanner_it_is_said_and_a_later_scan_catches_up(
    stocked: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "round.txt", txt_file())
    code, said = samband(stocked, monkeypatch, "import", str(path))
    assert (code, "Not scanned for viruses: the files of 1 (SAMBAND_CLAMD is not set)." in said) == (0, True)
    assert files(stocked) == {"round.txt": False}
    with fake_clamd(b"stream: OK\0", []) as address:
        (line,) = taken(scanned(stocked, address), path)
        assert line.scan is Scan.PASSED
        assert files(stocked) == {"round.txt": True}
    # What was said of these bytes stays true, also when only their title changes and nobody scans.
    (line,) = taken(stocked, path, title="Toinen otsikko")
    assert files(stocked) == {"round.txt": True}


@pytest.mark.parametrize("address", ["clamd", "host:", "host:port", " /x", "a b:1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="clamd"):
        Settings(clamd=address)
