"""The question *who holds this function there?*, with what was already chosen and what is missing."""

from dataclasses import dataclass

from app.directory.organisation_list import Options, function_options
from app.directory.perspective import PLACES, Perspective
from app.i18n import N_
from app.vocabulary.models import Scheme


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """`errors`: field and what to do about it."""

    title: str
    function: str
    chosen_country: str
    home: str
    functions: tuple[tuple[str, Options], ...]
    countries: Options
    errors: tuple[tuple[str, str], ...]


def is_complete(view: Perspective, function: str, country: str) -> bool:
    return view.vocabulary.find(Scheme.FUNCTION, function) is not None and country.upper() in PLACES


def get_question(view: Perspective, function: str = "", country: str = "", *, is_asked: bool = False) -> QuestionPage:
    """`is_asked`: somebody pressed the button, so what is missing is an error and not just empty."""
    known_function = function if view.vocabulary.find(Scheme.FUNCTION, function) else ""
    known_country = country.upper() if country.upper() in PLACES else ""
    errors = []
    if is_asked and not known_function:
        errors.append(("function", view.say(N_("Choose what you need."))))
    if is_asked and not known_country:
        errors.append(("country", view.say(N_("Choose a country or territory."))))
    return QuestionPage(
        title=view.say(N_("Find a counterpart")),
        function=known_function,
        chosen_country=known_country,
        home=view.home or "",
        functions=function_options(view),
        countries=tuple((code, view.label(Scheme.COUNTRY, code)) for code in PLACES),
        errors=tuple(errors),
    )
