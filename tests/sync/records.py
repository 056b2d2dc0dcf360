"""Writing records as a form would, and comparing an engine with the database."""

from collections.abc import Iterable

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import reading, transaction
from app.library.models import Edition, EditionKind, Material, PublicationStatus
from app.permissions import Visibility
from app.state import Portal
from app.sync import all_documents
from search.engine import SearchEngine


def add(session: Session, name: str) -> None:
    session.add(Material(id=name, type="guideline", language="en"))
    session.flush()
    session.add(Edition(material_id=name, language="en", kind=EditionKind.ORIGINAL, title=f"Title {name}", abstract=""))


def write(database: Engine, names: Iterable[str]) -> None:
    with transaction(database, actor="test") as session:
        for name in names:
            add(session, name)


def change(
    database: Engine,
    name: str,
    *,
    year: int | None = None,
    visibility: Visibility = Visibility.CLEAR,
    status: PublicationStatus = PublicationStatus.PUBLISHED,
) -> None:
    with transaction(database, actor="test") as session:
        material = session.exec(select(Material).where(col(Material.id) == name)).one()
        material.year, material.visibility, material.status = year, visibility, status
        session.add(material)


def wanted(portal: Portal) -> dict[str, str]:
    with reading(portal.database) as session:
        return {one.key: one.version for one in all_documents(session, portal.vocabulary)}


def equals_database(portal: Portal, engine: SearchEngine) -> bool:
    return dict(engine.versions()) == wanted(portal)
