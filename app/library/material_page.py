"""The page of one material."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.i18n import FALLBACKS
from app.library.citation import Citation
from app.library.documents import FileLink, file_links, in_language, may_be_copied, open_passages
from app.library.licences import Licence, licence
from app.library.models import Edition, EditionKind, Material, Passage, RelationKind
from app.library.service import (
    Ask,
    Entry,
    MaterialRecord,
    cite,
    entries,
    translated_title,
    whom_to_ask,
)
from app.library.structured import json_ld
from app.links.models import BrokenLink, broken_among
from app.pages import Visit
from app.permissions import Visibility
from app.vocabulary.models import Scheme
from app.vocabulary.service import Text
from search.engine import EngineError

log = logging.getLogger("samband.library")
RELATED = 5


@dataclass(frozen=True, slots=True)
class Topic:
    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class EditionNode:
    """One node of the band of editions; `text_url` shows its text on this page."""

    language: str
    language_name: str
    kind: EditionKind
    title: str
    is_original: bool
    is_current: bool
    text_url: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the shown edition says of itself; `is_missing`: there is none in the reader's language.

    `is_quoted`: the words are the document's own, not the library's.
    """

    text: Text
    language_name: str
    is_missing: bool
    basis: str | None
    success_factors: tuple[str, ...]
    recommendations: tuple[str, ...]
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """A passage that stands on a page of the document; `url` opens that page, if it can be opened."""

    anchor: str
    page: int
    text: Text
    url: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """`is_at_publisher` false: a copy, a database or a page about the document; None: nobody has recorded which."""

    url: str | None
    is_at_publisher: bool | None
    related_url: str | None
    broken: BrokenLink | None = None
    related_broken: BrokenLink | None = None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where the work comes from and what came of it."""

    part_of: tuple[Entry, ...]
    parts: tuple[Entry, ...]
    adapted_from: tuple[Entry, ...]
    adaptations: tuple[Entry, ...]
    translation_of: tuple[Entry, ...]
    translations: tuple[Entry, ...]

    @property
    def keys(self) -> frozenset[str]:
        groups = (self.part_of, self.parts, self.adapted_from, self.adaptations, self.translation_of, self.translations)
        return frozenset(entry.key for group in groups for entry in group)


@dataclass(frozen=True, slots=True)
class MaterialPage:
    title: str
    language: str
    translated: Text | None
    country: str | None
    type_label: str
    publisher: str | None
    publisher_url: str | None
    country_labels: tuple[str, ...]
    year: int | None
    breadcrumbs: tuple[tuple[str, str], ...]
    editions: tuple[EditionNode, ...]
    summary: Summary | None
    files: tuple[FileLink, ...]
    passages: tuple[PageText, ...]
    is_text_withheld: bool
    lineage: Lineage
    related: tuple[Entry, ...]
    link: Link
    licence: Licence | None
    identifiers: tuple[str, ...]
    sources: tuple[str, ...]
    note: str | None
    audience: tuple[Topic, ...]
    themes: tuple[Topic, ...]
    concepts: tuple[Topic, ...]
    citation: Citation
    ask: Ask
    base: str
    is_archived: bool
    review_by: str | None
    visibility: Visibility
    json_ld: str


@dataclass(frozen=True, slots=True)
class WithdrawnPage:
    """What stays at the address of a withdrawn record: that there was one, and where to go on."""

    title: str
    ask: Ask


def get_material_page(
    session: Session, visit: Visit, record: MaterialRecord, text_language: str | None
) -> MaterialPage:
    material = record.material
    lineage = _lineage(session, visit, record)
    citation = cite(record, lineage.part_of[0].title if lineage.part_of else None)
    shown = shown_edition(record.editions, visit.language, text_language)
    files = file_links(visit, material, record.files)
    return MaterialPage(
        title=record.title.value,
        language=record.title.language,
        translated=translated_title(material, record.editions, visit.language),
        country=material.countries[0] if material.countries else None,
        type_label=visit.label("material_types", material.type),
        publisher=material.publisher,
        publisher_url=visit.url(f"organisations/{record.publisher.id}") if record.publisher else None,
        country_labels=tuple(visit.labels("countries", material.countries)),
        year=material.year,
        breadcrumbs=_breadcrumbs(visit, material.type),
        editions=tuple(_editions(visit, record, shown)),
        summary=_summary(visit, shown),
        files=files,
        passages=tuple(_passages(record, shown, files)),
        is_text_withheld=bool(record.files) and not may_be_copied(material),
        lineage=lineage,
        related=related_entries(session, visit, f"material:{material.id}", lineage.keys),
        link=_link(session, material),
        licence=licence(material.licence),
        identifiers=tuple(material.identifiers),
        sources=tuple(material.sources),
        note=material.note,
        audience=tuple(_filtered(visit, "audiences", "audience", material.audience)),
        themes=tuple(_filtered(visit, "themes", "theme", material.themes)),
        concepts=concept_topics(visit, material.concepts),
        citation=citation,
        ask=whom_to_ask(visit, material.countries),
        base=visit.url(f"materials/{material.id}"),
        is_archived=material.status.value == "archived",
        review_by=material.review_by.isoformat() if material.review_by else None,
        visibility=material.visibility,
        json_ld=json_ld(visit, record, citation),
    )


def _link(session: Session, material: Material) -> Link:
    broken = broken_among(session, (material.url, material.related_url))
    url, related_url = material.url, material.related_url
    return Link(url, material.is_url_at_publisher, related_url, broken.get(url or ""), broken.get(related_url or ""))


def shown_edition(editions: Sequence[Edition], language: str, wanted: str | None) -> Edition | None:
    """The edition whose text is shown: the one asked for, the reader's, the nearest, else the original."""
    order = [*([wanted] if wanted else []), language, *FALLBACKS[language]]
    held = {edition.language: edition for edition in editions}
    return next((held[code] for code in order if code in held), next(iter(editions), None))


def _breadcrumbs(visit: Visit, material_type: str) -> tuple[tuple[str, str], ...]:
    term = visit.vocabulary.find(Scheme.MATERIAL_TYPE, material_type)
    family = term.group if term else None
    steps = [(visit.label("material_families", family), visit.url("materials", family=family))] if family else []
    if term:
        steps.append((term.label(visit.language), visit.url("materials", type=material_type)))
    return tuple(steps)


def _editions(visit: Visit, record: MaterialRecord, shown: Edition | None) -> Iterable[EditionNode]:
    for edition in record.editions:
        yield EditionNode(
            language=edition.language,
            language_name=visit.label("languages", edition.language),
            kind=edition.kind,
            title=edition.title,
            is_original=edition.kind is EditionKind.ORIGINAL,
            is_current=edition is shown,
            text_url=visit.url(f"materials/{record.material.id}", text=edition.language),
        )


def _summary(visit: Visit, shown: Edition | None) -> Summary | None:
    if shown is None or not (shown.abstract or shown.success_factors or shown.recommendations):
        return None
    return Summary(
        text=Text(shown.abstract, shown.language),
        language_name=visit.label("languages", shown.language),
        is_missing=shown.language != visit.language,
        basis=shown.abstract_basis,
        success_factors=tuple(shown.success_factors),
        recommendations=tuple(shown.recommendations),
        is_quoted=shown.is_abstract_quoted,
    )


def _passages(record: MaterialRecord, shown: Edition | None, files: Sequence[FileLink]) -> Iterable[PageText]:
    """Those of the shown edition, with what its document says in languages that have no edition of their own."""
    if shown is None:
        return
    others = {edition.language for edition in record.editions} - {shown.language}
    for passage in open_passages(record):
        if passage.page is not None and passage.language not in others:
            file = in_language(files, passage.language)
            text = Text(passage.text, passage.language)
            address = file.at_page(passage.page) if file else None
            yield PageText(f"passage-{passage.position}", passage.page, text, address or _at_publisher(record, passage))


def _at_publisher(record: MaterialRecord, passage: Passage) -> str | None:
    return f"{record.material.url}#page={passage.page}" if record.material.url else None


def _lineage(session: Session, visit: Visit, record: MaterialRecord) -> Lineage:
    keys = [f"material:{relation.other_id}" for relation in record.relations]
    known = {entry.key: entry for entry in entries(session, visit, keys)}

    def pick(kind: RelationKind, is_source: bool) -> tuple[Entry, ...]:
        wanted = [one for one in record.relations if one.kind is kind and one.is_source is is_source]
        return tuple(known[key] for one in wanted if (key := f"material:{one.other_id}") in known)

    return Lineage(
        part_of=pick(RelationKind.PART_OF, True),
        parts=pick(RelationKind.PART_OF, False),
        adapted_from=pick(RelationKind.ADAPTED_FROM, True),
        adaptations=pick(RelationKind.ADAPTED_FROM, False),
        translation_of=pick(RelationKind.TRANSLATION_OF, True),
        translations=pick(RelationKind.TRANSLATION_OF, False),
    )


def related_entries(session: Session, visit: Visit, key: str, named: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """What shares its topics, without what the page has `named` already; a record stands without it too."""
    try:
        hits = visit.portal.engine.similar(key, visit.principals, ("material", "case"), RELATED + len(named))
    except EngineError as error:
        log.error("the search engine finds nothing similar", extra={"error": type(error).__name__})
        return ()
    return entries(session, visit, [hit.key for hit in hits if hit.key not in named][:RELATED])


def _filtered(visit: Visit, scheme: str, name: str, codes: Iterable[str]) -> Iterable[Topic]:
    for code in codes:
        yield Topic(Text(visit.label(scheme, code), visit.language), visit.url("materials", **{name: code}))


def concept_topics(visit: Visit, concepts: Iterable[str]) -> tuple[Topic, ...]:
    known = [concept for concept in concepts if concept in visit.vocabulary.concepts]
    return tuple(Topic(visit.concept(concept), visit.url(f"concepts/{concept}")) for concept in known)
