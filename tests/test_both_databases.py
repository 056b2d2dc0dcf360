"""SQLite and PostgreSQL: the same migrations, the same rows, the same answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect
from sqlmodel import SQLModel
from starlette.testclient import TestClient

from app.db import alembic_config, make_engine, transaction, upgrade
from app.main import create_app
from seed_data.load import load
from tests.conftest import BASE_URL, settings_for
from tests.postgres import empty_postgres

ASKED = (
    "/api/v1/organisations?per_page=100&page=2",
    "/api/v1/organisations/fi-nas",
    "/api/v1/countries/NO",
    "/api/v1/functions/labour-inspection",
    "/api/v1/materials?per_page=100&lang=is",
    "/api/v1/cases/case-01-fi-restaurant",
    "/api/v1/concepts/forced-labour",
    "/api/v1/search?q=pakkoty%C3%B6&lang=fi&per_page=50",
)
PAGES = (
    "/fi/",
    "/is/countries/is",
    "/sv/functions/labour-inspection/no?from=FI",
    "/da/organisations",
    "/nb/materials",
    "/en/glossary",
    "/fi/search?q=tv%C3%A5ngsarbete",
    "/fi/help",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.full, pytest.mark.postgres])])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'both.sqlite3'}"
        return
    with empty_postgres() as address:
        yield address


def test_migrations_make_the_tables_of_the_models_and_can_be_taken_back(url: str) -> None:
    config = alembic_config(url)
    command.upgrade(config, "head")
    command.check(config)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {*SQLModel.metadata.tables, "alembic_version"}
    command.downgrade(config, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


@pytest.mark.full
@pytest.mark.postgres
def test_postgresql_answers_like_sqlite(client: TestClient, tmp_path: Path) -> None:
    with empty_postgres() as address:
        settings = settings_for(tmp_path).model_copy(update={"database_url": address})
        upgrade(settings)
        engine = make_engine(address)
        for expected in (True, False):
            with transaction(engine, actor="seed") as session:
                assert bool(load(session)) is expected
        engine.dispose()
        with TestClient(create_app(settings), base_url=BASE_URL, follow_redirects=False) as other:
            for path in ASKED:
                assert other.get(path).json() == client.get(path).json(), path
            for path in PAGES:
                mine, theirs = client.get(path), other.get(path)
                assert (theirs.status_code, len(theirs.text)) == (mine.status_code, len(mine.text)), path
