"""A portal to import into, our own report as a PDF, and small documents of every kind."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.db import make_engine
from app.importing.records import MaterialRecord
from app.importing.service import Line, Options, import_paths
from app.portal import open_portal
from app.state import Portal
from tests.conftest import settings_for
from tests.importing.report import write_report

Import = Callable[..., list[Line]]


@pytest.fixture(scope="session")
def report_pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("report") / "report.pdf")


def opened(folder: Path) -> Portal:
    return open_portal(settings_for(folder))


def taken(portal: Portal, *paths: Path, options: Options | None = None, **said: object) -> list[Line]:
    flags = MaterialRecord.model_validate(said)
    return list(import_paths(portal, paths, flags, options or Options(), lambda _done, _total: None))


@pytest.fixture
def stocked(portal: Portal, seeded: Path, tmp_path: Path) -> Iterator[Portal]:
    """A database of the test's own with the whole seed; vocabulary and index are those of the common portal."""
    own = with_own_database(portal, seeded, tmp_path / "stocked")
    yield own
    own.database.dispose()


def with_own_database(portal: Portal, seeded: Path, folder: Path) -> Portal:
    folder.mkdir()
    for path in seeded.glob("samband.sqlite3*"):
        shutil.copy(path, folder)
    # The word lists, in the form that opens at once.
    (folder / "cache").symlink_to(seeded / "cache")
    settings = settings_for(folder)
    return replace(portal, settings=settings, database=make_engine(settings.sqlalchemy_url))


@pytest.fixture(scope="session")
def with_report(seeded: Path, tmp_path_factory: pytest.TempPathFactory, report_pdf: Path) -> Iterator[Portal]:
    """A portal that has taken the report; nobody writes to it."""
    folder = tmp_path_factory.mktemp("with-report") / "data"
    shutil.copytree(seeded, folder)
    portal = opened(folder)
    (line,) = taken(portal, report_pdf, id="side-by-side")
    assert line.reason is None
    yield portal
    portal.database.dispose()
