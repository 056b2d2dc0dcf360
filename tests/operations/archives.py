"""What can happen to an archive on its way: each makes of a sound one something that must be refused."""

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

from app.backup_archive import MANIFEST
from tests.operations.conftest import DIGEST


def flipped(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)


def cut_off(archive: Path) -> None:
    os.truncate(archive, archive.stat().st_size * 2 // 3)


def no_archive(archive: Path) -> None:
    archive.write_text("this is a letter")


def nothing(archive: Path) -> None:
    archive.write_bytes(b"")


def rewritten(archive: Path, change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes] | None]) -> None:
    with tarfile.open(archive) as opened:
        parts = [(entry, (opened.extractfile(entry) or io.BytesIO()).read()) for entry in opened]
    with tarfile.open(archive, "w:gz") as opened:
        for entry, data in parts:
            changed = change(entry, data)
            if changed:
                changed[0].size = len(changed[1])
                opened.addfile(changed[0], io.BytesIO(changed[1]))


def without_manifest(archive: Path) -> None:
    rewritten(archive, lambda entry, data: None if entry.name == MANIFEST else (entry, data))


def without_document(archive: Path) -> None:
    rewritten(archive, lambda entry, data: None if entry.name.endswith(DIGEST) else (entry, data))


def another_document(archive: Path) -> None:
    rewritten(archive, lambda entry, data: (entry, b"other words" if entry.name.endswith(DIGEST) else data))


def renamed(archive: Path, name: str) -> None:
    def rename(entry: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
        entry.name = name if entry.name.endswith(DIGEST) else entry.name
        return entry, data

    rewritten(archive, rename)


def climbing(archive: Path) -> None:
    renamed(archive, "files/../../../climbed")


def absolute(archive: Path) -> None:
    renamed(archive, "/tmp/samband-climbed")  # noqa: S108  it must not be written


def a_link(archive: Path) -> None:
    def link(entry: tarfile.TarInfo, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
        if entry.name.endswith(DIGEST):
            entry.type, entry.linkname, data = tarfile.SYMTYPE, "/etc/passwd", b""
        return entry, data

    rewritten(archive, link)


def another_format(archive: Path) -> None:
    rewritten(archive, lambda entry, data: (entry, data.replace(b'"format": 1', b'"format": 2')))


def nonsense_manifest(archive: Path) -> None:
    rewritten(archive, lambda entry, data: (entry, b"{}" if entry.name == MANIFEST else data))


DAMAGES = (
    flipped,
    cut_off,
    no_archive,
    nothing,
    without_manifest,
    without_document,
    another_document,
    climbing,
    absolute,
    a_link,
    another_format,
    nonsense_manifest,
)
