"""Materials and cases as rows that a reader may see: one record with its parts, and lines for lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from app.directory.models import Organisation
from app.errors import NotFound
from app.i18n import FALLBACKS
from app.library.citation import Citation
from app.library.models import (
    CaseSummary,
    Edition,
    EditionKind,
    File,
    Material,
    MaterialRelation,
    Passage,
    PublicationStatus,
    RelationKind,
)
from app.pages import Visit
from app.permissions import Reader, visible_where
from app.vocabulary.service import NORDIC, TERRITORIES, Text

COORDINATOR = "national-coordinator"
HOME_COUNTRIES = {"da": "DK", "fi": "FI", "is": "IS", "nb": "NO", "sv": "SE"}
"""The country whose coordinator a reader of this language is sent to when a record names no Nordic country."""
READABLE = (PublicationStatus.PUBLISHED, PublicationStatus.ARCHIVED, PublicationStatus.WITHDRAWN)
"""A withdrawn or archived record keeps its address; drafts have none yet."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How the record stands to another material; `is_source`: the other one is the older or greater of the two."""

    kind: RelationKind
    is_source: bool
    other_id: str


@dataclass(frozen=True, slots=True)
class MaterialRecord:
    """A material with everything that belongs to it; `editions` in order of origin."""

    material: Material
    editions: tuple[Edition, ...]
    passages: tuple[Passage, ...]
    files: tuple[File, ...]
    relations: tuple[Relation, ...]
    publisher: Organisation | None

    @property
    def title(self) -> Text:
        return title_of(self.material, self.editions)

    @property
    def is_withdrawn(self) -> bool:
        return self.material.status is PublicationStatus.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as one line of a list; `translated` is its title in a language the reader reads more easily."""

    key: str
    title: Text
    translated: Text | None
    type: str
    type_label: str
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    year: int | None
    publisher: str | None
    path: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom to ask when the portal has no answer: the coordinator of `country`, or the list of them."""

    country: str | None
    country_label: str
    url: str


def listed_where(model: type[Material] | type[CaseSummary], reader: Reader) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a record stands in lists."""
    return (visible_where(model, reader), col(model.status) == PublicationStatus.PUBLISHED)


def readable_where(model: type[Material] | type[CaseSummary], reader: Reader) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a record answers at its own address."""
    return (visible_where(model, reader), col(model.status).in_(READABLE))


def get_material(session: Session, reader: Reader, material_id: str) -> MaterialRecord:
    """Raises NotFound for what this reader may not see."""
    found = session.exec(select(Material).where(Material.id == material_id, *readable_where(Material, reader))).first()
    if found is None:
        raise NotFound
    passages = select(Passage).where(Passage.material_id == material_id)
    files = select(File).where(File.material_id == material_id)
    return MaterialRecord(
        material=found,
        editions=tuple(editions_of(session, [material_id]).get(material_id, ())),
        passages=tuple(session.exec(passages.order_by(Passage.language, col(Passage.position)))),
        files=tuple(session.exec(files.order_by(File.name))),
        relations=tuple(_relations(session, material_id)),
        publisher=_publisher(session, reader, found.publisher_id),
    )


def _relations(session: Session, material_id: str) -> Iterable[Relation]:
    here = or_(col(MaterialRelation.material_id) == material_id, col(MaterialRelation.target_id) == material_id)
    for row in session.exec(select(MaterialRelation).where(here).order_by(MaterialRelation.material_id)):
        is_source = row.material_id == material_id
        yield Relation(row.kind, is_source, row.target_id if is_source else row.material_id)


def _publisher(session: Session, reader: Reader, organisation_id: str | None) -> Organisation | None:
    seen = visible_where(Organisation, reader)
    return session.exec(select(Organisation).where(Organisation.id == organisation_id, seen)).first()


def editions_of(session: Session, material_ids: Sequence[str]) -> dict[str, list[Edition]]:
    """Material id -> its editions, the original first."""
    found: dict[str, list[Edition]] = {}
    query = select(Edition).where(col(Edition.material_id).in_(material_ids)).order_by(Edition.language)
    for edition in session.exec(query):
        found.setdefault(edition.material_id, []).append(edition)
    order = list(EditionKind)
    return {key: sorted(editions, key=lambda edition: order.index(edition.kind)) for key, editions in found.items()}


def title_of(material: Material, editions: Sequence[Edition]) -> Text:
    """The title in the language of the work."""
    own = next((edition for edition in editions if edition.language == material.language), None)
    chosen = own or next(iter(editions), None)
    return Text(chosen.title, chosen.language) if chosen else Text(material.id, material.language)


def translated_title(material: Material, editions: Sequence[Edition], language: str) -> Text | None:
    """The title for a reader who may not read that of the work; None where it is in their language or not known."""
    if material.language == language:
        return None
    titles = {edition.language: edition.title for edition in editions if edition.language != material.language}
    known = {**material.titles, **titles}
    return next((Text(known[code], code) for code in (language, *FALLBACKS[language]) if code in known), None)


def get_case(session: Session, reader: Reader, case_id: str) -> CaseSummary:
    """Raises NotFound for what this reader may not see."""
    where = readable_where(CaseSummary, reader)
    found = session.exec(select(CaseSummary).where(CaseSummary.id == case_id, *where)).first()
    if found is None:
        raise NotFound
    return found


def entries(session: Session, visit: Visit, keys: Sequence[str]) -> tuple[Entry, ...]:
    """Lines for these keys (`material:…`, `case:…`) in their order; what the reader may not see is left out."""
    ids = {kind: [key.partition(":")[2] for key in keys if key.startswith(f"{kind}:")] for kind in ("material", "case")}
    found: dict[str, Entry] = {}
    if ids["material"]:
        where = (col(Material.id).in_(ids["material"]), *listed_where(Material, visit.reader))
        materials = session.exec(select(Material).where(*where))
        found |= {entry.key: entry for entry in material_entries(session, visit, materials)}
    if ids["case"]:
        where = (col(CaseSummary.id).in_(ids["case"]), *listed_where(CaseSummary, visit.reader))
        cases = session.exec(select(CaseSummary).where(*where))
        found |= {entry.key: entry for entry in (case_entry(visit, case) for case in cases)}
    return tuple(found[key] for key in keys if key in found)


def material_entries(session: Session, visit: Visit, materials: Iterable[Material]) -> tuple[Entry, ...]:
    rows = list(materials)
    editions = editions_of(session, [row.id for row in rows])
    return tuple(_material_entry(visit, row, editions.get(row.id, [])) for row in rows)


def _material_entry(visit: Visit, material: Material, editions: Sequence[Edition]) -> Entry:
    return Entry(
        key=f"material:{material.id}",
        title=title_of(material, editions),
        translated=translated_title(material, editions, visit.language),
        type=material.type,
        type_label=visit.label("material_types", material.type),
        countries=tuple(visit.labels("countries", material.countries)),
        languages=tuple(dict.fromkeys([material.language, *(edition.language for edition in editions)])),
        year=material.year,
        publisher=material.publisher,
        path=f"materials/{material.id}",
    )


def case_entry(visit: Visit, case: CaseSummary) -> Entry:
    return Entry(
        key=f"case:{case.id}",
        title=Text(case.title, case.language),
        translated=None,
        type="case-summary",
        type_label=visit.label("material_types", "case-summary"),
        countries=(visit.label("countries", case.country),),
        languages=(case.language,),
        year=None,
        publisher=None,
        path=f"cases/{case.id}",
    )


def whom_to_ask(visit: Visit, countries: Sequence[str]) -> Ask:
    """The national coordinator of the record's country, else of the reader's own."""
    known = [code for code in countries if code in (*NORDIC, *TERRITORIES)]
    country = known[0] if known else HOME_COUNTRIES.get(visit.language)
    path = f"functions/{COORDINATOR}"
    if country is None:
        return Ask(None, "", visit.url(path))
    return Ask(country, visit.label("countries", country), visit.url(f"{path}/{country.lower()}"))


def cite(record: MaterialRecord, whole: Text | None) -> Citation:
    material = record.material
    return Citation(
        key=material.id,
        type=material.type,
        title=record.title.value,
        language=record.title.language,
        author=material.publisher,
        year=material.year,
        whole=whole.value if whole else None,
        identifiers=tuple(material.identifiers),
        url=material.url,
        licence=material.licence,
    )


def get_citation(session: Session, reader: Reader, material_id: str) -> Citation:
    record = get_material(session, reader, material_id)
    if record.is_withdrawn:
        raise NotFound
    return cite(record, whole_of(session, reader, record))


def whole_of(session: Session, reader: Reader, record: MaterialRecord) -> Text | None:
    """The title of the publication that the record is a part of."""
    for relation in record.relations:
        if relation.kind is RelationKind.PART_OF and relation.is_source:
            seen = readable_where(Material, reader)
            if whole := session.exec(select(Material).where(Material.id == relation.other_id, *seen)).first():
                return title_of(whole, editions_of(session, [whole.id]).get(whole.id, []))
    return None
