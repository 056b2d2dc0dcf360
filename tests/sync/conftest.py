"""A small portal of each test's own: a migrated database, a few materials, the embedded index."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.db import upgrade
from app.portal import open_portal
from app.settings import Settings
from app.state import Portal
from tests.conftest import settings_for
from tests.search.meili import Address


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, words_dir: Path) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    upgrade(settings_for(folder))
    (folder / "cache").symlink_to(words_dir)
    return folder


@pytest.fixture
def data_dir(migrated: Path, tmp_path: Path) -> Path:
    return shutil.copytree(migrated, tmp_path / "data", symlinks=True)


def served_by(address: Address, data_dir: Path) -> Settings:
    """With indexes of its own on a Meilisearch server."""
    return settings_for(data_dir).model_copy(
        update={
            "search": "meilisearch",
            "meilisearch_url": address.url,
            "meilisearch_key": SecretStr(address.key),
            "meilisearch_name": f"t{secrets.token_hex(8)}",
        }
    )


@pytest.fixture
def small(data_dir: Path) -> Iterator[Portal]:
    portal = open_portal(settings_for(data_dir))
    yield portal
    portal.database.dispose()
