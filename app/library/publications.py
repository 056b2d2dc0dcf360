"""What an organisation has published, for its page in the directory."""

from sqlmodel import Session, col, select

from app.directory.publications import Publications, PublishedWork
from app.library.models import Edition, Material, PublicationStatus
from app.permissions import Reader, visible_where

SHOWN = 5


def find_publications(session: Session, reader: Reader, organisation_id: str) -> Publications:
    query = (
        select(Material, Edition.title)
        .join(Edition, (col(Edition.material_id) == Material.id) & (col(Edition.language) == Material.language))
        .where(
            Material.publisher_id == organisation_id,
            Material.status == PublicationStatus.PUBLISHED,
            visible_where(Material, reader),
        )
        .order_by(col(Material.year).desc().nulls_last(), Material.id)
    )
    works = [PublishedWork(row.id, title, row.language, row.type, row.year) for row, title in session.exec(query)]
    return Publications(tuple(works[:SHOWN]), len(works))
