"""A small portal of each test's own: a migrated database, a few materials, the embedded index."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import upgrade
from app.portal import open_portal
from app.state import Portal
from search.lemmas import Lemmatizer
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the word lists opened: every portal made of it shares them."""
    folder, lists = tmp_path_factory.mktemp("migrated"), tmp_path_factory.mktemp("lists")
    upgrade(settings_for(folder))
    Lemmatizer(lists).open_all()
    (folder / "cache").symlink_to(lists)
    return folder


@pytest.fixture
def data_dir(migrated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(migrated, tmp_path / "data", symlinks=True)


@pytest.fixture
def small(data_dir: Path) -> Iterator[Portal]:
    portal = open_portal(settings_for(data_dir))
    yield portal
    portal.database.dispose()
