"""A small portal of each test's own: a migrated database, a few materials, the embedded index."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import upgrade
from app.portal import open_portal
from app.state import Portal
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, words_dir: Path) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    upgrade(settings_for(folder))
    (folder / "cache").symlink_to(words_dir)
    return folder


@pytest.fixture
def data_dir(migrated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(migrated, tmp_path / "data", symlinks=True)


@pytest.fixture
def small(data_dir: Path) -> Iterator[Portal]:
    portal = open_portal(settings_for(data_dir))
    yield portal
    portal.database.dispose()
