"""Documents on disk, under the SHA-256 of their bytes: a name from outside is in no path, and a file never changes."""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

PLACE = "files"
_DIGEST = re.compile(r"[0-9a-f]{64}")
DOCUMENT, PICTURE = "", ".png"


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class FileStore:
    """`suffix` "" is the document itself, ".png" the picture of its first page."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / PLACE
        self._unfinished = self.folder / "unfinished"

    def path(self, sha256: str, suffix: str = DOCUMENT) -> Path:
        """Raises ValueError for what is no digest: nothing else ever becomes a path."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError("not a SHA-256 digest")
        return self.folder / sha256[:2] / f"{sha256}{suffix}"

    def keep(self, sha256: str, data: bytes, suffix: str = DOCUMENT) -> None:
        """Whole or not at all (F-05): temporary file, fsync, rename, fsync of the folder; then a row may name it."""
        target = self.path(sha256, suffix)
        if not suffix and digest_of(data) != sha256:
            raise ValueError("the bytes are not those of the digest")
        if target.is_file() and target.stat().st_size == len(data):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished.mkdir(parents=True, exist_ok=True)
        temporary = self._unfinished / target.name
        with temporary.open("wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)

    def sweep(self) -> int:
        """Removes what a killed import left unfinished; returns how many files."""
        left = list(self._unfinished.iterdir()) if self._unfinished.is_dir() else []
        for path in left:
            path.unlink()
        return len(left)

    def drop(self, digests: Iterable[str]) -> None:
        for sha256 in digests:
            for suffix in (DOCUMENT, PICTURE):
                self.path(sha256, suffix).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
