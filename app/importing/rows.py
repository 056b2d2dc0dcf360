"""What was read and said → the rows of one material and of the practices in it. What is said wins over what the
portal knows, and that over what the text proposes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, SQLModel, col, select

from app.directory.models import Organisation
from app.extraction.result import Refused
from app.importing.reading import Document
from app.importing.records import MaterialRecord
from app.importing.tagging import concepts_of, countries_in, themes_of
from app.library.models import Edition, EditionKind, File, Material, MaterialRelation, Passage, RelationKind
from app.state import Portal
from app.vocabulary.models import Scheme

FIRST_POSITION, POSITIONS_OF_A_FILE = 1_000, 100_000
"""Passages of documents are counted from here, those of the first edition first; before it stands what the record
says in its own words."""
DEFAULT_TYPES = {"application/vnd.openxmlformats-officedocument.presentationml.presentation": "presentation"}
DEFAULT_TYPE = "report"
PRACTICE = "practice"
MAX_SLUG, MAX_WHOLE_SLUG = 72, 40
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ð": "d", "þ": "th", "ß": "ss"})


@dataclass(slots=True)
class Rows:
    """`owned`: everything of this kind that the material may have; what is not in it any more goes."""

    material: Material
    editions: list[Edition] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    relations: list[MaterialRelation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    replaces_passages: bool = False

    def all(self) -> Iterator[SQLModel]:
        yield from (*self.editions, *self.passages, *self.files, *self.relations)


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")


class RowMaker:
    def __init__(self, portal: Portal, session: Session) -> None:
        self._portal = portal
        self._session = session

    def rows(self, record: MaterialRecord, documents: Sequence[Document], expected: frozenset[str]) -> Rows:
        """Raises Refused for what names nothing that the portal knows.

        `expected` are materials that a rehearsal has not written.
        """
        known = self._known(record, documents)
        first = documents[0] if documents else None
        language = record.language or (known.language if known else None) or (first.proposal.language if first else "")
        title = record.title or (self._title(known) if known else None) or (first.proposal.title if first else None)
        if not language:
            raise Refused("does not show its language: name it")
        if not title:
            raise Refused("has no title")
        material = self._material(record, known, first, language, title, documents)
        self._refuse_unknown(material, record, expected)
        rows = Rows(material)
        rows.editions = self._editions(record, known, documents, material, title)
        rows.passages = list(_passages(record, documents, material))
        rows.replaces_passages = bool(rows.passages)
        rows.files = [_file(material, document) for document in documents if document.media_type]
        rows.relations = [row for row in _relations(record, material.id) if row.target_id not in expected]
        if first and record.type is None and known is None:
            rows.notes.append(f"type is assumed: {material.type}")
        return rows

    def _known(self, record: MaterialRecord, documents: Sequence[Document]) -> Material | None:
        """By id, else by the very file, else by an identifier that both carry."""
        if record.id:
            return self._session.get(Material, record.id)
        digests = [document.raw.sha256 for document in documents]
        same = select(Material).join(File, col(File.material_id) == Material.id).where(col(File.sha256).in_(digests))
        if found := self._whole(self._session.exec(same).all()):
            return found
        names = {name for document in documents for name in document.proposal.identifiers if not _is_of_series(name)}
        if not names:
            return None
        return self._whole([row for row in self._session.exec(select(Material)) if names & set(row.identifiers)])

    def _whole(self, found: Sequence[Material]) -> Material | None:
        """The publication among its parts, which carry its file and its ISBN too; None where there is no single one."""
        ids = [row.id for row in found]
        inner = select(MaterialRelation.material_id).where(
            col(MaterialRelation.material_id).in_(ids),
            col(MaterialRelation.target_id).in_(ids),
            MaterialRelation.kind == RelationKind.PART_OF,
        )
        parts = set(self._session.exec(inner))
        wholes = [row for row in found if row.id not in parts]
        return wholes[0] if len(wholes) == 1 else None

    def _title(self, known: Material) -> str | None:
        found = self._session.get(Edition, (known.id, known.language))
        return found.title if found else None

    def _material(
        self, record: MaterialRecord, known: Material | None, first: Document | None, language: str, title: str,
        documents: Sequence[Document],
    ) -> Material:  # fmt: skip
        held = known.model_dump() if known else {}
        proposed = self._proposed(held, first, title, documents)
        countries = record.countries or ([record.country] if record.country else None)
        said = {
            **record.model_dump(
                include={
                    "type", "themes", "concepts", "audience", "publisher", "year", "licence", "url", "related_url",
                    "sources", "note", "status", "visibility", "review_by", "identifiers",
                }
            ),
            "countries": countries,
            "titles": record.titles or ({"en": record.title_en} if record.title_en else None),
            "publisher_id": record.publisher_organisation,
            "is_url_at_publisher": record.url_at_publisher,
        }  # fmt: skip
        fields = {**proposed, **held, **{name: value for name, value in said.items() if value is not None}}
        if not record.is_complete:
            fields |= {name: value for name, value in proposed.items() if fields.get(name) in (None, [])}
        fields |= {"id": held.get("id") or record.id or self._new_id(title), "language": language}
        if record.identifiers is None and known and first:
            fields["identifiers"] = list(dict.fromkeys([*known.identifiers, *first.proposal.identifiers]))
        concepts = fields["concepts"]
        if isinstance(concepts, list) and not fields.get("themes") and not record.is_complete:
            fields["themes"] = themes_of(self._portal, concepts)
        return Material.model_validate(fields)

    def _proposed(
        self, held: dict[str, object], first: Document | None, title: str, documents: Sequence[Document]
    ) -> dict[str, object]:
        texts = [(piece.text, language) for document in documents for language, piece in document.pieces]
        tagged = [] if held.get("concepts") else concepts_of(self._portal, title, texts)
        if first is None:
            return {"type": DEFAULT_TYPE, "concepts": tagged}
        return {
            "type": DEFAULT_TYPES.get(first.media_type, DEFAULT_TYPE),
            "concepts": tagged,
            "year": first.proposal.year,
            "licence": first.proposal.licence,
            "identifiers": list(first.proposal.identifiers),
        }

    def _new_id(self, title: str) -> str:
        wanted = slug(title) or "material"
        taken = set(self._session.exec(select(Material.id).where(col(Material.id).startswith(wanted))))
        numbers = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbers if name not in taken)

    def _refuse_unknown(self, material: Material, record: MaterialRecord, expected: frozenset[str]) -> None:
        vocabulary = self._portal.vocabulary
        lists = {
            Scheme.MATERIAL_TYPE: [material.type], Scheme.COUNTRY: material.countries, Scheme.THEME: material.themes,
            Scheme.AUDIENCE: material.audience, Scheme.LANGUAGE: [material.language],
        }  # fmt: skip
        unknown = [code for scheme, codes in lists.items() for code in codes if vocabulary.find(scheme, code) is None]
        unknown += [concept for concept in material.concepts if concept not in vocabulary.concepts]
        if material.publisher_id and self._session.get(Organisation, material.publisher_id) is None:
            unknown.append(material.publisher_id)
        targets = [target for target in record.targets if target not in expected]
        unknown += [target for target in targets if self._session.get(Material, target) is None]
        if unknown:
            raise Refused(f"names what the portal does not know: {', '.join(dict.fromkeys(unknown))}")

    def _editions(
        self, record: MaterialRecord, known: Material | None, documents: Sequence[Document], material: Material,
        title: str,
    ) -> list[Edition]:  # fmt: skip
        said = {edition.language: edition for edition in record.editions or []}
        held = self._session.get(Edition, (material.id, material.language)) if known else None
        editions = [
            Edition.model_validate({
                **edition.model_dump(exclude={"abstract_is_quoted"}),
                "material_id": material.id,
                "is_abstract_quoted": edition.abstract_is_quoted,
            })
            for edition in said.values()
        ]  # fmt: skip
        if material.language not in said:
            editions.insert(0, _own_edition(record, held, documents, material, title))
        if record.is_complete:
            return editions
        taken = {edition.language for edition in editions}
        for language in _missing(documents, taken):
            if self._session.get(Edition, (material.id, language)) is None:
                edition = _proposed_edition(documents, material, language)
                editions += [edition] if edition else []
        return editions

    def practices(self, rows: Rows, document: Document) -> Iterator[Rows]:
        """C18: each section that lists what made it work, or what it recommends, as a record of its own."""
        taken: set[str] = set()
        for practice in document.practices:
            material = rows.material
            place = f"p. {practice.page}" if practice.page else None
            texts = [(text, material.language) for text in (*practice.success_factors, *practice.recommendations)]
            concepts = concepts_of(self._portal, practice.title, texts)
            child = Material.model_validate({
                **material.model_dump(include={
                    "language", "audience", "publisher", "publisher_id", "year", "licence", "url",
                    "is_url_at_publisher", "status", "visibility", "review_by",
                }),
                "id": f"{material.id[:MAX_WHOLE_SLUG].strip('-')}-{slug(practice.title)[:38].strip('-')}",
                "type": PRACTICE,
                "concepts": concepts,
                "themes": themes_of(self._portal, concepts),
                "countries": countries_in(self._portal, practice.title, material.language) or material.countries,
                "sources": [", ".join(filter(None, (rows.editions[0].title, place)))],
            })  # fmt: skip
            if child.id in taken:
                continue
            taken.add(child.id)
            yield Rows(
                material=child,
                editions=[
                    Edition(
                        material_id=child.id, language=child.language, kind=EditionKind.ORIGINAL, title=practice.title,
                        abstract="", success_factors=practice.success_factors, recommendations=practice.recommendations,
                    )
                ],
                passages=list(_practice_passages(child, practice.factors, practice.advice)),
                files=[_file(child, document)] if document.media_type else [],
                relations=[MaterialRelation(material_id=child.id, kind=RelationKind.PART_OF, target_id=material.id)],
                replaces_passages=True,
            )  # fmt: skip


def _is_of_series(identifier: str) -> bool:
    """An ISSN names a series, not one publication in it."""
    return "ISSN" in identifier.upper()


def _own_edition(
    record: MaterialRecord, held: Edition | None, documents: Sequence[Document], material: Material, title: str
) -> Edition:
    """The edition in the language of the work. An abstract is copied only where a licence allows it."""
    fields: dict[str, object] = {"kind": EditionKind.ORIGINAL, "abstract": ""}
    if documents and material.licence:
        fields |= _listed(documents[0])
        for abstract in documents[0].abstracts:
            if abstract.language == material.language:
                fields |= {"abstract": abstract.text, "is_abstract_quoted": True}
    if held:
        fields |= {name: value for name, value in held.model_dump().items() if value not in ("", [], None)}
        fields["is_abstract_quoted"] = held.is_abstract_quoted if held.abstract else fields.get("is_abstract_quoted")
    include = {"abstract", "abstract_basis", "success_factors", "recommendations"}
    said = {name: value for name, value in record.model_dump(include=include).items() if value is not None}
    if said.get("abstract"):
        fields["is_abstract_quoted"] = False
    fields |= said
    fields["is_abstract_quoted"] = bool(fields.get("is_abstract_quoted"))
    return Edition.model_validate({**fields, "material_id": material.id, "language": material.language, "title": title})


def _listed(document: Document) -> dict[str, object]:
    """The lists of a document that describes one practice are its own; those of several become records."""
    if len(document.practices) != 1:
        return {}
    only = document.practices[0]
    return {"success_factors": only.success_factors, "recommendations": only.recommendations}


def _missing(documents: Sequence[Document], taken: set[str]) -> Iterator[str]:
    for document in documents:
        languages = [document.raw.language, *(abstract.language for abstract in document.abstracts)]
        for language in languages:
            if language and language not in taken:
                taken.add(language)
                yield language


def _proposed_edition(documents: Sequence[Document], material: Material, language: str) -> Edition | None:
    """A document in another language is a translation; an abstract in another language is a summary, if it may be
    copied and has a title."""
    base = {"material_id": material.id, "language": language}
    for document in documents:
        if document.raw.language == language and document.proposal.title:
            title = document.proposal.title
            return Edition.model_validate({**base, "kind": EditionKind.TRANSLATION, "title": title, "abstract": ""})
    for abstract in (abstract for document in documents for abstract in document.abstracts):
        if abstract.language == language and abstract.title and material.licence:
            text = {"title": abstract.title, "abstract": abstract.text, "is_abstract_quoted": True}
            return Edition.model_validate({**base, "kind": EditionKind.SUMMARY, **text})
    return None


def _passages(record: MaterialRecord, documents: Sequence[Document], material: Material) -> Iterator[Passage]:
    if record.passages is not None:
        for said in record.passages:
            yield Passage.model_validate({**said.model_dump(), "material_id": material.id})
        return
    start = FIRST_POSITION
    for document in documents:
        for number, (language, piece) in enumerate(document.pieces):
            yield Passage(
                material_id=material.id, language=language or material.language, position=start + number,
                page=piece.page, text=piece.text,
            )  # fmt: skip
        start += POSITIONS_OF_A_FILE


def _practice_passages(child: Material, *lists: tuple[int | None, str]) -> Iterator[Passage]:
    for number, (page, text) in enumerate(lists):
        if text:
            position = FIRST_POSITION + number
            yield Passage(material_id=child.id, language=child.language, position=position, page=page, text=text)


def _file(material: Material, document: Document) -> File:
    return File(
        sha256=document.raw.sha256,
        material_id=material.id,
        language=document.raw.language or document.proposal.language or material.language,
        name=document.raw.name,
        media_type=document.media_type,
        size_bytes=len(document.raw.data),
        pages=document.pages,
        scanned_at=document.scanned_at,
    )


def _relations(record: MaterialRecord, material_id: str) -> Iterable[MaterialRelation]:
    named = [(relation.kind, relation.target) for relation in record.relations or []]
    named += [(RelationKind.PART_OF, record.part_of)] if record.part_of else []
    named += [(RelationKind.ADAPTED_FROM, record.derived_from)] if record.derived_from else []
    for kind, target in dict.fromkeys(named):
        yield MaterialRelation(material_id=material_id, kind=kind, target_id=target)
