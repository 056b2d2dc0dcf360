"""How much the portal holds, counted at each visit through the reader's permission."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from app.directory.models import ContactPoint, CountryFact, Organisation
from app.library.models import CaseSummary, Material, PublicationStatus
from app.permissions import Reader, visible_where


@dataclass(frozen=True, slots=True)
class Holdings:
    organisations: int
    contact_points: int
    confirmed_contact_points: int
    facts: int
    materials: int
    cases: int
    compiled_on: str | None


def count_holdings(session: Session, reader: Reader) -> Holdings:
    channels = select(func.count(), func.count(col(ContactPoint.verified_at))).where(
        visible_where(ContactPoint, reader)
    )
    contact_points, confirmed = session.exec(channels).one()
    bodies = select(func.count(), func.max(Organisation.compiled_on)).where(visible_where(Organisation, reader))
    organisations, compiled_on = session.exec(bodies).one()
    return Holdings(
        organisations=organisations,
        contact_points=contact_points,
        confirmed_contact_points=confirmed,
        facts=session.exec(select(func.count()).select_from(CountryFact)).one(),
        materials=_published(session, Material, reader),
        cases=_published(session, CaseSummary, reader),
        compiled_on=compiled_on,
    )


def _published(session: Session, model: type[Material] | type[CaseSummary], reader: Reader) -> int:
    condition = visible_where(model, reader) & (col(model.status) == PublicationStatus.PUBLISHED)
    return session.exec(select(func.count()).select_from(model).where(condition)).one()
