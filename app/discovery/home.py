"""The home page: ask for a counterpart, search, reach a coordinator, see what is new."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.db import SessionDep
from app.directory.perspective import HOME_COUNTRIES
from app.discovery.home_content import (
    Coordinator,
    Family,
    NewDocument,
    Period,
    count_cases,
    count_organisations,
    list_coordinators,
    list_families,
    list_newest,
    list_reflection_periods,
)
from app.i18n import N_, gettext, speaking
from app.pages import PUBLIC, Visit, VisitDep
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Text

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC], include_in_schema=False)

ASKED_SHOWN = 3
ASKED = (
    (N_("A safe place to stay in Norway"), "shelter", "NO"),
    (N_("A prosecutor in Finland"), "prosecution", "FI"),
    (N_("Where to report a suspicion in Iceland"), "reporting-channel", "IS"),
    (N_("A labour inspector in Denmark"), "labour-inspection", "DK"),
    (N_("Help for a child in Sweden"), "child-protection", "SE"),
)
SITUATIONS = (
    (N_("Someone is made to work and cannot leave"), "concepts/forced-labour"),
    (N_("Someone is made to sell sex"), "concepts/sexual-exploitation"),
    (N_("A child may be exploited"), "concepts/child-trafficking"),
    (N_("Someone is made to beg"), "concepts/forced-begging"),
    (N_("Someone is made to steal or sell drugs"), "concepts/forced-criminality"),
    (N_("Someone’s passport or pay is held back"), "concepts/withheld-documents"),
    (N_("I need a safe place for someone today"), "functions/shelter"),
    (N_("I want to report a suspicion"), "functions/reporting-channel"),
    (N_("I want advice from someone who knows these cases"), "functions/practitioner-support-line"),
    (N_("I need an interpreter"), "functions/interpreting"),
    (N_("Someone wants to go home safely"), "functions/return-assistance"),
    (N_("How do I recognise a victim?"), "concepts/indicator"),
)
EXAMPLES = ("pakkotyö ravintola", "menneskehandel i arbeidslivet", "betänketid")


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Place:
    """A country on the map: where its node and its name stand."""

    code: str
    name: str
    x: int
    y: int
    label_x: int
    label_y: int
    anchor: str
    is_nordic: bool


MAP = (
    ("GL", 22, 50, 16, 32, "start"),
    ("IS", 62, 100, 62, 130, "middle"),
    ("FO", 138, 152, 138, 180, "middle"),
    ("NO", 214, 106, 198, 98, "end"),
    ("DK", 228, 238, 228, 268, "middle"),
    ("SE", 276, 162, 264, 190, "start"),
    ("AX", 312, 158, 324, 168, "start"),
    ("FI", 336, 104, 352, 109, "start"),
)


@dataclass(frozen=True, slots=True)
class HomePage:
    """`groups`: functions by group, as (code, label); `home`: the country that the reader most likely works in."""

    title: str
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    countries: tuple[tuple[str, str], ...]
    home: str
    asked: tuple[Link, ...]
    examples: tuple[Link, ...]
    places: tuple[Place, ...]
    situations: tuple[Link, ...]
    coordinators: tuple[Coordinator, ...]
    organisations: int
    newest: tuple[NewDocument, ...]
    period_definition: Text
    periods: tuple[Period, ...]
    families: tuple[Family, ...]
    cases: int


@router.get("/")
def home_page(visit: VisitDep, session: SessionDep) -> HTMLResponse:
    return visit.render("discovery/home.html", get_home_page(session, visit))


def get_home_page(session: Session, visit: Visit) -> HomePage:
    home = HOME_COUNTRIES.get(visit.language, "")
    with speaking(visit.language):
        title = gettext("Find your counterpart in another Nordic country")
        asked = [
            Link(gettext(words), visit.url(f"functions/{code}/{country.lower()}", from_=home))
            for words, code, country in ASKED
            if country != home
        ]
        situations = [Link(gettext(words), visit.url(path)) for words, path in SITUATIONS]
    return HomePage(
        title=title,
        groups=_groups(visit),
        countries=tuple((code, visit.label("countries", code)) for code in (*NORDIC, *TERRITORIES)),
        home=home,
        asked=tuple(asked[:ASKED_SHOWN]),
        examples=tuple(Link(words, visit.url("search", q=words)) for words in EXAMPLES),
        places=_places(visit),
        situations=tuple(situations),
        coordinators=list_coordinators(session, visit),
        organisations=count_organisations(session, visit),
        newest=list_newest(session, visit),
        period_definition=visit.definition("fact_topics", "reflection-period"),
        periods=list_reflection_periods(session, visit),
        families=list_families(session, visit),
        cases=count_cases(session, visit),
    )


def _groups(visit: Visit) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    functions = visit.vocabulary.list(Scheme.FUNCTION)
    return tuple(
        (
            group.label(visit.language),
            tuple((entry.code, entry.label(visit.language)) for entry in functions if entry.group == group.code),
        )
        for group in visit.vocabulary.list(Scheme.FUNCTION_GROUP)
    )


def _places(visit: Visit) -> tuple[Place, ...]:
    return tuple(
        Place(code, visit.label("countries", code), x, y, label_x, label_y, anchor, code in NORDIC)
        for code, x, y, label_x, label_y, anchor in MAP
    )
