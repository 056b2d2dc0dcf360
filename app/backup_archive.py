"""One backup = one archive: a SQLite snapshot of all rows, the documents it names, and a manifest with their hashes."""

import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = 1
DATABASE, MANIFEST = "database.sqlite3", "manifest.json"
MEMBER_NAME = re.compile(r"^(?:database\.sqlite3|manifest\.json|files/(?P<sha256>[0-9a-f]{64})(?P<suffix>\.png)?)$")
MAX_MANIFEST_BYTES = 200_000_000
READ_AT_ONCE = 1 << 20


class BackupDamaged(Exception):
    """The archive is not what was written; the message says where."""


class Member(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    size_bytes: int
    sha256: str


class Manifest(BaseModel):
    """`rows`: table -> number of rows in the snapshot."""

    model_config = ConfigDict(frozen=True)

    format: int
    created_at: datetime
    revision: str
    origin: str
    rows: dict[str, int]
    members: tuple[Member, ...]


def write_archive(
    target: Path, files: Iterable[tuple[str, Path]], revision: str, origin: str, rows: dict[str, int]
) -> None:
    """`files`: name in the archive and place on disk. Durable when this returns, readable by the owner only."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            members = tuple(_add(archive, name, path) for name, path in files)
            manifest = Manifest(
                format=FORMAT,
                created_at=datetime.now(UTC),
                revision=revision,
                origin=origin,
                rows=rows,
                members=members,
            )
            text = manifest.model_dump_json(indent=1).encode()
            archive.addfile(_entry(MANIFEST, len(text)), io.BytesIO(text))
        raw.flush()
        os.fsync(raw.fileno())


def _add(archive: tarfile.TarFile, name: str, path: Path) -> Member:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        archive.addfile(_entry(name, size), file)
    return Member(name=name, size_bytes=size, sha256=sha256)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def verify(archive: Path) -> Manifest:
    """Reads everything once. Raises BackupDamaged."""
    found: list[Member] = []
    manifest: Manifest | None = None
    with _reading(archive) as members:
        for entry, file in members:
            if entry.name == MANIFEST:
                manifest = _manifest(file)
            else:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
                found.append(Member(name=entry.name, size_bytes=entry.size, sha256=sha256))
    if manifest is None:
        raise BackupDamaged("it has no manifest: it was cut off or is no backup of this portal")
    if manifest.format != FORMAT:
        raise BackupDamaged(f"its format is {manifest.format}, this version reads {FORMAT}")
    if tuple(found) != manifest.members:
        wrong = {member.name for member in set(found) ^ set(manifest.members)}
        raise BackupDamaged(f"not what the manifest says: {', '.join(sorted(wrong)) or 'the order of its parts'}")
    return manifest


def unpack_database(archive: Path, target: Path) -> None:
    with _reading(archive) as members:
        for entry, file in members:
            if entry.name == DATABASE:
                with target.open("xb") as unpacked:
                    while piece := file.read(READ_AT_ONCE):
                        unpacked.write(piece)
                return
    raise BackupDamaged(f"it holds no {DATABASE}")


def documents(archive: Path) -> Iterator[tuple[str, str, bytes]]:
    """Digest, suffix and bytes of each document and picture."""
    with _reading(archive) as members:
        for entry, file in members:
            name = MEMBER_NAME.match(entry.name)
            if name and name["sha256"]:
                yield name["sha256"], name["suffix"] or "", file.read()


def _manifest(file: IO[bytes]) -> Manifest:
    try:
        return Manifest.model_validate_json(file.read(MAX_MANIFEST_BYTES))
    except ValidationError:
        raise BackupDamaged("its manifest cannot be read") from None


@contextmanager
def _reading(archive: Path) -> Iterator[Iterator[tuple[tarfile.TarInfo, IO[bytes]]]]:
    try:
        with tarfile.open(archive, "r:gz") as opened:
            yield _members(opened)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise BackupDamaged(f"it cannot be read to its end ({type(error).__name__})") from error


def _members(opened: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Plain files under names of ours only: nothing in an archive chooses where it is written."""
    for entry in opened:
        file = opened.extractfile(entry) if entry.isreg() and MEMBER_NAME.match(entry.name) else None
        if file is None:
            raise BackupDamaged("it holds something that no backup of this portal holds")
        yield entry, file
