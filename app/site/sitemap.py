"""The addresses of all pages without their language."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from app.directory.models import Organisation
from app.library.models import CaseSummary, Material, PublicationStatus
from app.permissions import VISITOR, visible_where
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Vocabulary

FIXED = (
    "",
    "functions",
    "organisations",
    "countries",
    "materials",
    "cases",
    "glossary",
    "new",
    "help",
    "about",
    "accessibility",
    "privacy",
    "api",
)


def list_addresses(session: Session, vocabulary: Vocabulary) -> tuple[str, ...]:
    return (*FIXED, *_vocabulary(vocabulary), *_records(session))


def _vocabulary(vocabulary: Vocabulary) -> Iterator[str]:
    countries = tuple(code.lower() for code in (*NORDIC, *TERRITORIES))
    yield from (f"countries/{country}" for country in countries)
    for function in vocabulary.list(Scheme.FUNCTION):
        yield f"functions/{function.code}"
        yield from (f"functions/{function.code}/{country}" for country in countries)
    yield from (f"compare/{topic.code}" for topic in vocabulary.list(Scheme.FACT_TOPIC))
    yield from (f"concepts/{concept}" for concept in vocabulary.concepts)


def _records(session: Session) -> Iterator[str]:
    bodies = select(Organisation.id).where(visible_where(Organisation, VISITOR)).order_by(Organisation.id)
    yield from (f"organisations/{key}" for key in session.exec(bodies))
    for folder, model in (("materials", Material), ("cases", CaseSummary)):
        condition = visible_where(model, VISITOR) & (col(model.status) == PublicationStatus.PUBLISHED)
        yield from (f"{folder}/{key}" for key in session.exec(select(model.id).where(condition).order_by(model.id)))
