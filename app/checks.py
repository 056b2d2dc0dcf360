"""Is this portal fit to serve? What `samband check` says, one line for each thing that can be wrong."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.db import make_engine, reading, revisions
from app.health import MAX_INDEX_AGE_SECONDS, index_lags
from app.links.service import in_words
from app.portal import NotReady, open_portal
from app.settings import Settings
from app.state import Portal
from app.sync_quarantine import quarantined
from search.engine import EngineError

MIN_FREE_BYTES = 500_000_000
"""Room for one more generation of the index and for the database to grow while somebody is called."""

MAX_WAITING_CHANGES = 500
"""More than one batch of the sync: it is not running or cannot keep up."""

NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    is_ok: bool
    text: str


def all_checks(read_settings: Callable[[], Settings]) -> Iterator[Check]:
    """What cannot be asked because something before it failed is left out."""
    try:
        settings = read_settings()
    except ValidationError as error:
        yield Check("settings", False, "; ".join(problem["msg"] for problem in error.errors()))
        return
    yield Check("settings", True, f"serves {settings.base_url}, data in {settings.data_dir.absolute()}")
    database = database_head(settings)
    yield database
    if database.is_ok:
        yield from _index(settings)
    yield disk(settings.data_dir)


def database_head(settings: Settings) -> Check:
    engine = make_engine(settings.sqlalchemy_url)
    kind = engine.dialect.name
    if kind == "sqlite" and not Path(engine.url.database or "").is_file():
        return Check("database", False, "there is none yet: run `samband migrate`")
    try:
        current, expected = revisions(engine)
    except SQLAlchemyError as error:
        return Check("database", False, f"{kind} does not answer ({type(error).__name__})")
    finally:
        engine.dispose()
    if current != expected:
        return Check("database", False, f"{kind} is at {current}, this version needs {expected}: run `samband migrate`")
    return Check("database", True, f"{kind} at {current}, the newest")


def _index(settings: Settings) -> Iterator[Check]:
    try:
        portal = open_portal(settings)
    except (NotReady, EngineError) as error:
        yield Check("engine", False, str(error))
        return
    try:
        yield engine_version(portal)
        yield index_lag(portal)
        yield quarantine(portal)
        yield links(portal)
    finally:
        portal.database.dispose()


def engine_version(portal: Portal) -> Check:
    health = portal.engine.health()
    text = f"{portal.settings.search} {health.version}, {health.documents} records"
    if not health.is_up:
        return Check("engine", False, f"{text}: {health.detail or 'it does not answer'}")
    return Check("engine", health.documents > 0, text if health.documents else f"{text}: run `samband reindex`")


def index_lag(portal: Portal) -> Check:
    with reading(portal.database) as session:
        lags = index_lags(session)
    waiting = max((lag.waiting for lag in lags), default=0)
    age = max((lag.age_seconds for lag in lags), default=0.0)
    text = f"{waiting} changes wait for the index" + (f", the oldest for {age:.0f} s" if waiting else "")
    return Check("index lag", waiting <= MAX_WAITING_CHANGES and age <= MAX_INDEX_AGE_SECONDS, text)


def quarantine(portal: Portal) -> Check:
    with reading(portal.database) as session:
        found = [f"{key} ({index.name})" for index in portal.indexes for key in quarantined(session, index.name)]
    named = ", ".join(found[:NAMED_AT_MOST]) + (" …" if len(found) > NAMED_AT_MOST else "")
    text = f"{len(found)} records cannot be indexed: {named}" if found else "every record can be indexed"
    return Check("quarantine", not found, text)


def links(portal: Portal) -> Check:
    """Told, never a failure: what others take from the web makes no portal unfit."""
    with reading(portal.database) as session:
        return Check("links", True, in_words(session))


def disk(folder: Path) -> Check:
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    return Check("disk", free >= MIN_FREE_BYTES, f"{free / 1e9:.1f} GB free")
