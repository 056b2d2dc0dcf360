"""The library as JSON."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func
from sqlmodel import Session, col, select

from app.api_answers import MAX_PAGE, MAX_PER_PAGE, ApiLanguage, ApiSlug, Language, PageNumber, PerPage, respond
from app.db import SessionDep
from app.directory.models import Organisation
from app.errors import NotFound
from app.library.documents import PDF, file_path, may_be_copied, open_passages
from app.library.files import PICTURE, FileStore
from app.library.forms import FIRST_YEAR, LAST_YEAR, SCHEMES, MaterialFilters
from app.library.models import (
    CaseSummary,
    Edition,
    EditionKind,
    File,
    Material,
    Passage,
    PublicationStatus,
    RelationKind,
)
from app.library.service import MaterialRecord, editions_of, get_case, get_material, listed_where, title_of
from app.library.shelves import find_materials
from app.pages import PER_PAGE, PUBLIC
from app.permissions import VISITOR, Visibility, principals, visible_where
from app.state import Portal
from app.vocabulary.models import Scheme
from app.vocabulary.service import Vocabulary
from search.engine import Sort

router = APIRouter(dependencies=[PUBLIC], tags=["library"])
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")] | None
LAST_PAGE = 100_000
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None


class MaterialItem(BaseModel):
    """`title` is in `language`, `titles` are translations of it. `licence` null: no licence statement is known."""

    id: str
    type: str
    type_label: str
    title: str
    language: str
    titles: dict[str, str]
    languages: list[str]
    countries: list[str]
    year: int | None
    publisher: str | None
    publisher_id: str | None
    licence: str | None
    visibility: Visibility
    url: str
    document_url: str | None


class EditionItem(BaseModel):
    language: str
    kind: EditionKind
    title: str
    abstract: str
    abstract_basis: str | None
    success_factors: list[str]
    recommendations: list[str]


class RelationItem(BaseModel):
    """How this material relates to `id`; `inverse`: the other one has the relation to this one."""

    kind: RelationKind
    id: str
    inverse: bool


class FileItem(BaseModel):
    """A document that the portal hands out; a PDF opens at `#page=…`. `scanned_at` null: no virus scanner saw it."""

    url: str
    name: str
    language: str
    media_type: str
    size_bytes: int
    pages: int | None
    sha256: str
    picture_url: str | None
    scanned_at: str | None


class PassageItem(BaseModel):
    """Text of one page; `url` opens that page, in the portal's file or at the publisher, where it can be opened."""

    language: str
    page: int
    text: str
    url: str | None


class PassageList(BaseModel):
    """`withheld`: the text can be searched and is not shown, because no licence that allows copying it is known."""

    total: int
    page: int
    per_page: int
    withheld: bool
    items: list[PassageItem]


class MaterialDetail(MaterialItem):
    """`document_url_at_publisher` false: a copy or a page about the document; null: not recorded.

    `files` are listed only where a licence allows copying; `passages` counts those at `/materials/{id}/passages`.
    """

    document_url_at_publisher: bool | None
    related_url: str | None
    themes: list[str]
    concepts: list[str]
    audience: list[str]
    identifiers: list[str]
    sources: list[str]
    note: str | None
    status: PublicationStatus
    review_by: str | None
    editions: list[EditionItem]
    relations: list[RelationItem]
    files: list[FileItem]
    passages: int


class MaterialList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[MaterialItem]


class CaseItem(BaseModel):
    """`fictional`: invented or put together from several, never one real case."""

    id: str
    title: str
    language: str
    fictional: bool
    country: str
    exploitation_forms: list[str]
    acts: list[str]
    means: list[str]
    purposes: list[str]
    victim_groups: list[str]
    stages: list[str]
    themes: list[str]
    concepts: list[str]
    visibility: Visibility
    url: str


class CaseDetail(CaseItem):
    what_happened: str
    detection: str
    cooperation: str
    evidence: str
    outcome: str
    lessons: list[str]


class CaseList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[CaseItem]


class MaterialParameters(BaseModel):
    """Different filters mean all of them. Codes are those of the closed lists."""

    model_config = ConfigDict(extra="forbid")

    lang: Language = Field("en", description="Language of labels.")
    type: Code = Field(None, description="Type of material.")
    country: Code = Field(None, description="Country code.")
    language: Code = Field(None, description="Language of the document or of an edition.")
    theme: Code = None
    audience: Code = None
    year_from: Year = None
    year_to: Year = None
    sort: Literal["newest", "title"] = "newest"
    page: int = Field(1, ge=1, le=MAX_PAGE)
    per_page: int = Field(PER_PAGE, ge=1, le=MAX_PER_PAGE)

    def filters(self, vocabulary: Vocabulary) -> MaterialFilters:
        """Raises RequestValidationError for a code that no list holds."""
        asked = {name: getattr(self, name) for name in SCHEMES}
        chosen = {name: code for name, code in asked.items() if code is not None}
        unknown = [name for name, code in chosen.items() if vocabulary.find(SCHEMES[name], code) is None]
        if unknown:
            raise RequestValidationError(
                [{"loc": ("query", name), "msg": "There is no such value.", "type": "value_error"} for name in unknown]
            )
        return MaterialFilters(chosen, "", self.year_from, self.year_to, Sort(self.sort), ())


@router.get("/materials", response_model=MaterialList)
def list_materials(request: Request, session: SessionDep, asked: Annotated[MaterialParameters, Query()]) -> Response:
    """The materials of the library, newest first."""
    portal: Portal = request.app.state.portal
    filters = asked.filters(portal.vocabulary)
    accepted = filters.accepted(portal.vocabulary)
    found = find_materials(portal.engine, principals(VISITOR), accepted, filters, asked.page, asked.per_page)
    ids = [hit.key.partition(":")[2] for hit in found.hits]
    seen = listed_where(Material, VISITOR)
    rows = {row.id: row for row in session.exec(select(Material).where(col(Material.id).in_(ids), *seen))}
    editions = editions_of(session, ids)
    publishers = _visible_publishers(session, rows.values())
    items = [
        material_item(portal, rows[key], editions.get(key, []), publishers, asked.lang) for key in ids if key in rows
    ]
    answer = MaterialList(total=found.total, page=asked.page, per_page=asked.per_page, items=items)
    return respond(request, answer)


@router.get("/materials/{material_id}", response_model=MaterialDetail)
def read_material(request: Request, session: SessionDep, material_id: ApiSlug, lang: ApiLanguage = "en") -> Response:
    """One material with its editions, relations, rights and source."""
    record = get_material(session, VISITOR, material_id)
    if record.is_withdrawn:
        raise NotFound
    return respond(request, material_detail(request.app.state.portal, session, record, lang))


@router.get("/materials/{material_id}/passages", response_model=PassageList)
def list_passages(
    request: Request,
    session: SessionDep,
    material_id: ApiSlug,
    lang: ApiLanguage = "en",
    document_page: Annotated[int | None, Query(ge=1, le=LAST_PAGE, description="Only of this page.")] = None,
    page: PageNumber = 1,
    per_page: PerPage = PER_PAGE,
) -> Response:
    """The text of a material in reading order, each passage with its page and a link to it."""
    record = get_material(session, VISITOR, material_id)
    if record.is_withdrawn:
        raise NotFound
    passages = [one for one in open_passages(record) if document_page in {None, one.page}]
    start = (page - 1) * per_page
    answer = PassageList(
        total=len(passages),
        page=page,
        per_page=per_page,
        withheld=bool(record.files) and not may_be_copied(record.material),
        items=[_passage(record, one, lang) for one in passages[start : start + per_page]],
    )
    return respond(request, answer)


@router.get("/cases", response_model=CaseList)
def list_cases(
    request: Request, session: SessionDep, lang: ApiLanguage = "en", page: PageNumber = 1, per_page: PerPage = PER_PAGE
) -> Response:
    """Invented or anonymised case summaries."""
    where = listed_where(CaseSummary, VISITOR)
    total = session.exec(select(func.count()).select_from(CaseSummary).where(*where)).one()
    query = select(CaseSummary).where(*where).order_by(CaseSummary.id)
    rows = session.exec(query.offset((page - 1) * per_page).limit(per_page))
    items = [CaseItem.model_validate(case_fields(row, lang)) for row in rows]
    return respond(request, CaseList(total=total, page=page, per_page=per_page, items=items))


@router.get("/cases/{case_id}", response_model=CaseDetail)
def read_case(request: Request, session: SessionDep, case_id: ApiSlug, lang: ApiLanguage = "en") -> Response:
    """One case summary, in its own language."""
    case = get_case(session, VISITOR, case_id)
    if case.status is PublicationStatus.WITHDRAWN:
        raise NotFound
    return respond(request, CaseDetail.model_validate(case_fields(case, lang)))


def _visible_publishers(session: Session, materials: Iterable[Material]) -> frozenset[str]:
    ids = {row.publisher_id for row in materials if row.publisher_id}
    seen = visible_where(Organisation, VISITOR)
    return frozenset(session.exec(select(Organisation.id).where(col(Organisation.id).in_(ids), seen)))


def material_item(
    portal: Portal, material: Material, editions: Sequence[Edition], publishers: frozenset[str], language: Language
) -> MaterialItem:
    title = title_of(material, editions)
    return MaterialItem(
        id=material.id,
        type=material.type,
        type_label=portal.vocabulary.label(Scheme.MATERIAL_TYPE, material.type, language),
        title=title.value,
        language=title.language,
        titles=material.titles,
        languages=list(dict.fromkeys([material.language, *(edition.language for edition in editions)])),
        countries=material.countries,
        year=material.year,
        publisher=material.publisher,
        publisher_id=material.publisher_id if material.publisher_id in publishers else None,
        licence=material.licence,
        visibility=material.visibility,
        url=f"/{language}/materials/{material.id}",
        document_url=material.url,
    )


def material_detail(portal: Portal, session: Session, record: MaterialRecord, language: Language) -> MaterialDetail:
    material = record.material
    publishers = frozenset({record.publisher.id} if record.publisher else ())
    item = material_item(portal, material, record.editions, publishers, language)
    return MaterialDetail(
        **item.model_dump(),
        document_url_at_publisher=material.is_url_at_publisher,
        related_url=material.related_url,
        themes=material.themes,
        concepts=material.concepts,
        audience=material.audience,
        identifiers=material.identifiers,
        sources=material.sources,
        note=material.note,
        status=material.status,
        review_by=material.review_by.isoformat() if material.review_by else None,
        editions=[EditionItem.model_validate(edition, from_attributes=True) for edition in record.editions],
        relations=list(_relations(session, record)),
        files=[_file(portal, file, language) for file in record.files if may_be_copied(material)],
        passages=len(open_passages(record)),
    )


def _file(portal: Portal, file: File, language: Language) -> FileItem:
    url = file_path(file, language)
    has_picture = FileStore(portal.settings.data_dir).path(file.sha256, PICTURE).is_file()
    return FileItem(
        **file.model_dump(include={"name", "language", "media_type", "size_bytes", "pages", "sha256"}),
        url=url,
        picture_url=f"{url}/page-1.png" if has_picture else None,
        scanned_at=file.scanned_at.isoformat() if file.scanned_at else None,
    )


def _passage(record: MaterialRecord, passage: Passage, language: Language) -> PassageItem:
    """As on the page of the material: the portal's own file, else the address at the publisher."""
    file = next((one for one in record.files if one.language == passage.language), next(iter(record.files), None))
    place = file_path(file, language) if file and file.media_type == PDF else record.material.url
    url = f"{place}#page={passage.page}" if place else None
    return PassageItem(language=passage.language, page=passage.page or 1, text=passage.text, url=url)


def _relations(session: Session, record: MaterialRecord) -> Iterable[RelationItem]:
    """Only to records that the reader may see: a relation would tell that the other one exists."""
    ids = [relation.other_id for relation in record.relations]
    seen = listed_where(Material, VISITOR)
    known = set(session.exec(select(Material.id).where(col(Material.id).in_(ids), *seen)))
    for relation in record.relations:
        if relation.other_id in known:
            yield RelationItem(kind=relation.kind, id=relation.other_id, inverse=not relation.is_source)


def case_fields(case: CaseSummary, language: Language) -> dict[str, object]:
    """The row by the names of the API."""
    return {**case.model_dump(), "fictional": case.is_composite, "url": f"/{language}/cases/{case.id}"}
