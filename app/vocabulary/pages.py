"""The glossary. The page of a concept stands in the discovery room, which knows what is tagged with it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.errors import NotFound
from app.i18n import gettext, speaking
from app.pages import PUBLIC, VisitDep
from app.vocabulary.concepts import GLOSSARY_LANGUAGES, Letter, glossary

router = APIRouter(prefix="/{lang}", dependencies=[PUBLIC])
TermLanguage = Annotated[str, Query(pattern="^([a-z]{2})?$")]


@dataclass(frozen=True, slots=True)
class TermLanguageChoice:
    language: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class GlossaryPage:
    title: str
    language: str
    choices: tuple[TermLanguageChoice, ...]
    letters: tuple[Letter, ...]

    @property
    def total(self) -> int:
        return sum(len(letter.terms) for letter in self.letters)


@router.get("/glossary")
def glossary_page(visit: VisitDep, language: TermLanguage = "") -> HTMLResponse:
    chosen = language or visit.language
    if chosen not in GLOSSARY_LANGUAGES:
        raise NotFound
    choices = tuple(
        TermLanguageChoice(code, visit.label("languages", code), visit.url("glossary", language=code), code == chosen)
        for code in GLOSSARY_LANGUAGES
    )
    letters = glossary(visit.vocabulary, chosen, visit.language)
    with speaking(visit.language):
        title = gettext("Glossary")
    page = GlossaryPage(title, chosen, choices, letters)
    return visit.render("vocabulary/glossary.html", page)
