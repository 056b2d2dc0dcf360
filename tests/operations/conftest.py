"""A portal with a document in it, and the peers that a real set-up has."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import Session, select

from app.db import make_engine, reading, transaction, upgrade
from app.library.files import PICTURE, FileStore
from app.library.models import File, Material
from app.settings import Settings
from tests.conftest import settings_for
from tests.operations.postgres import Server, any_server

DOCUMENT = "%PDF-1.4 \N{LATIN SMALL LETTER O WITH STROKE}rken".encode() * 1000
DIGEST = hashlib.sha256(DOCUMENT).hexdigest()


@dataclass(frozen=True, slots=True)
class Stocked:
    """A data folder of the test's own: seed, one document with its picture."""

    settings: Settings
    store: FileStore
    material_id: str


@pytest.fixture
def stocked(seeded: Path, tmp_path: Path) -> Stocked:
    folder = tmp_path / "data"
    shutil.copytree(seeded, folder)
    return stock(settings_for(folder))


def stock(settings: Settings) -> Stocked:
    store = FileStore(settings.data_dir)
    store.keep(DIGEST, DOCUMENT)
    store.keep(DIGEST, b"\x89PNG picture", PICTURE)
    with writing(settings) as session:
        material_id = session.exec(select(Material.id).order_by(Material.id)).first() or ""
        session.add(
            File(
                sha256=DIGEST,
                material_id=material_id,
                language="nb",
                name="ørken.pdf",
                media_type="application/pdf",
                size_bytes=len(DOCUMENT),
            )
        )
    return Stocked(settings, store, material_id)


@contextmanager
def writing(settings: Settings) -> Iterator[Session]:
    engine = make_engine(settings.sqlalchemy_url)
    try:
        with transaction(engine, actor="test") as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def looking(settings: Settings) -> Iterator[Session]:
    engine = make_engine(settings.sqlalchemy_url)
    try:
        with reading(engine) as session:
            yield session
    finally:
        engine.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Stocked:
    """A portal with one material, one document and one contact point."""
    settings = settings_for(tmp_path / "data")
    upgrade(settings)
    with writing(settings) as session:
        session.add(a_material())
    return stock(settings)


def a_material(key: str = "nb-veileder") -> Material:
    return Material(id=key, type="guideline", language="nb")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with any_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    with postgres.new_database() as url:
        yield url
