"""Figures as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.api_answers import ApiLanguage, ApiSlug, PageNumber, PerPage, respond
from app.db import SessionDep
from app.figures.models import FigureSource, Unit
from app.figures.service import Cell, Figure, Row, figures_of, get_figure
from app.pages import PER_PAGE, PUBLIC
from app.permissions import VISITOR
from app.vocabulary.service import Text

router = APIRouter(dependencies=[PUBLIC], tags=["figures"])
Country = Annotated[str | None, Query(pattern="^[A-Za-z]{2}$", description="Country or territory, such as NO.")]


class FigureText(BaseModel):
    """`machine_assisted`: written or translated with machine assistance, confirmed by nobody yet."""

    text: str
    language: str
    machine_assisted: bool

    @classmethod
    def of(cls, text: Text) -> "FigureText":
        return cls(text=text.value, language=text.language, machine_assisted=text.is_assisted)

    @classmethod
    def found(cls, text: Text) -> "FigureText | None":
        return cls.of(text) if text else None


class FigureItem(BaseModel):
    """`standing_caveat` and `caveat` belong beside every number that is quoted. `contradicted`: the source does not
    agree with itself; its numbers are given as they stand.
    """

    id: str
    country: str
    unit: Unit
    title: FigureText
    definition: FigureText
    caveat: FigureText
    standing_caveat: str
    contradicted: bool
    contradiction: FigureText | None
    contradictions: list[str]
    sources: list[FigureSource]
    as_of: str | None
    url: str
    csv: str


class FigureList(BaseModel):
    total: int
    page: int
    per_page: int
    items: list[FigureItem]


class SeriesItem(BaseModel):
    """`breakdown`: dimension → value; empty for the total."""

    code: str
    label: FigureText
    caveat: FigureText | None
    breakdown: dict[str, str]


class ObservationItem(BaseModel):
    """`period`: a year, or from/to of years or months. `value` null: unknown, which is not zero."""

    series: str
    period: str
    value: float | None
    approximate: bool
    contradicted: bool
    note: FigureText | None


class FigureDetail(FigureItem):
    """`partitions`: dimensions (and period) whose parts must add up to the total."""

    partitions: list[str]
    series: list[SeriesItem]
    observations: list[ObservationItem]


@router.get("/figures", response_model=FigureList)
def read_figures(
    request: Request,
    session: SessionDep,
    country: Country = None,
    lang: ApiLanguage = "en",
    page: PageNumber = 1,
    per_page: PerPage = PER_PAGE,
) -> Response:
    """Indicators of all countries, or of one: what is counted, by whom, and what to beware of."""
    found = figures_of(session, VISITOR, lang, country.upper() if country else None)
    items = [FigureItem.model_validate(_fields(figure, lang)) for figure in found]
    shown = items[(page - 1) * per_page :][:per_page]
    return respond(request, FigureList(total=len(items), page=page, per_page=per_page, items=shown))


@router.get("/figures/{figure_id}", response_model=FigureDetail)
def read_figure(request: Request, session: SessionDep, figure_id: ApiSlug, lang: ApiLanguage = "en") -> Response:
    """One indicator with its numbers as the source states them."""
    figure = get_figure(session, VISITOR, lang, figure_id)
    series = [
        SeriesItem(
            code=entry.code,
            label=FigureText.of(entry.label),
            caveat=FigureText.found(entry.caveat),
            breakdown=dict(entry.breakdown),
        )
        for entry in figure.series
    ]
    observations = [_observation(row, cell) for row in figure.rows for cell in row.cells if cell.is_stated]
    more = {"partitions": list(figure.partitions), "series": series, "observations": observations}
    return respond(request, FigureDetail.model_validate(_fields(figure, lang) | more))


def _fields(figure: Figure, language: str) -> dict[str, object]:
    place = f"/{language}/countries/{figure.country.lower()}"
    return {
        "id": figure.id,
        "country": figure.country,
        "unit": figure.unit,
        "title": FigureText.of(figure.title),
        "definition": FigureText.of(figure.definition),
        "caveat": FigureText.of(figure.caveat),
        "standing_caveat": figure.standing_caveat,
        "contradicted": figure.is_contradicted,
        "contradiction": FigureText.found(figure.contradiction),
        "contradictions": list(figure.contradictions),
        "sources": list(figure.sources),
        "as_of": figure.as_of,
        "url": f"{place}#figure-{figure.id}",
        "csv": f"{place}/figures/{figure.id}.csv",
    }


def _observation(row: Row, cell: Cell) -> ObservationItem:
    return ObservationItem(
        series=cell.series,
        period=row.period.text,
        value=cell.value,
        approximate=cell.is_approximate,
        contradicted=cell.is_contradicted,
        note=FigureText.found(cell.note),
    )
