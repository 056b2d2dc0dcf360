"""Seed records of the library → table rows."""

from collections.abc import Iterator

from sqlmodel import SQLModel

from app.library.models import CaseSummary, Edition, Material, MaterialRelation, Passage, RelationKind
from seed_data.references import Seed


def library_rows(seed: Seed) -> Iterator[list[SQLModel]]:
    yield from _materials(seed)
    yield list(_editions(seed))
    yield list(_passages(seed))
    yield list(_relations(seed))
    yield list(_cases(seed))


def _materials(seed: Seed) -> Iterator[list[SQLModel]]:
    yield [
        Material.model_validate(
            {
                **record.model_dump(
                    include={
                        "id",
                        "type",
                        "language",
                        "themes",
                        "concepts",
                        "audience",
                        "publisher",
                        "year",
                        "licence",
                        "url",
                        "related_url",
                        "sources",
                        "note",
                    }
                ),
                "titles": {"en": record.title_en} if record.title_en else {},
                "countries": [record.country],
                "publisher_id": record.publisher_organisation,
                "is_url_at_publisher": record.url_at_publisher,
                "identifiers": identifiers(record.url),
            }
        )
        for record in seed.materials
    ]


def identifiers(url: str | None) -> list[str]:
    """Persistent identifiers that an address itself states: `https://urn.fi/URN:ISBN:…` is a URN and an ISBN."""
    if not url or "URN:ISBN:" not in url:
        return []
    isbn = url.split("URN:ISBN:")[1]
    return [f"URN:ISBN:{isbn}", f"ISBN {isbn}"]


def _editions(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.materials:
        include = {"language", "title", "abstract", "abstract_basis", "success_factors", "recommendations"}
        yield Edition.model_validate({**record.model_dump(include=include), "material_id": record.id})


def _passages(seed: Seed) -> Iterator[SQLModel]:
    """Without the files themselves the abstract and the lists are the text there is; none of it has a page."""
    for record in seed.materials:
        texts = [record.abstract, " ".join(record.success_factors), " ".join(record.recommendations)]
        for position, text in enumerate(filter(None, texts)):
            yield Passage(material_id=record.id, language=record.language, position=position, text=text)


def _relations(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.materials:
        for kind, target in ((RelationKind.PART_OF, record.part_of), (RelationKind.ADAPTED_FROM, record.derived_from)):
            if target:
                yield MaterialRelation(material_id=record.id, kind=kind, target_id=target)


def _cases(seed: Seed) -> Iterator[SQLModel]:
    for record in seed.cases:
        merged = [*record.exploitation_concepts, *record.sectors, *record.victim_concepts, *record.concepts]
        shared = record.model_dump(
            exclude={"fictional", "exploitation_concepts", "sectors", "victim_concepts", "concepts"}
        )
        yield CaseSummary.model_validate(
            {
                **shared,
                "is_composite": record.fictional,
                "concepts": list(dict.fromkeys(merged)),
            }
        )
