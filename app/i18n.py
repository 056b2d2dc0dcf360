"""Languages of the interface: which one a reader gets, the words in it, and dates, numbers and order by its rules.

`python -m app.i18n extract` renews messages.pot and merges it into the six catalogues; `check` fails on a missing,
fuzzy or stale message.
"""

import io
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.numbers import format_decimal

LANGUAGES = ("da", "fi", "is", "nb", "sv", "en")
OWN_NAMES = {"da": "Dansk", "fi": "Suomi", "is": "Íslenska", "nb": "Norsk", "sv": "Svenska", "en": "English"}
FALLBACKS = {
    "da": ("nb", "sv", "nn", "en"),
    "fi": ("en", "sv"),
    "is": ("en", "da", "nb"),
    "nb": ("nn", "da", "sv", "en"),
    "sv": ("nb", "da", "nn", "en"),
    "en": ("sv", "nb", "da"),
}
"""Where a text is missing: the languages that a reader of this one reads most easily, in order."""
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
LOCALE_DIR = Path(__file__).parent / "locale"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "_n": (1, 2), "pgettext": ((1, "c"), 2), "N_": None}
METHODS = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2.ext.babel_extract"),
    ("templates/**.svg", "jinja2.ext.babel_extract"),
]

_current: ContextVar[str] = ContextVar("language", default="en")


def current_language() -> str:
    return _current.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside the block is said in `language`."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def N_(message: str) -> str:
    """Mark a message for translation without translating it here."""
    return message


def gettext(message: str) -> str:
    return translations(current_language()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    return translations(current_language()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    return translations(current_language()).pgettext(context, message)


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> GNUTranslations:
    """The catalogue, compiled in memory: only `.po` files are kept."""
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def negotiate(accept_language: str) -> str:
    """The interface language for an Accept-Language header; English where none fits."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        language = tag.split("-")[0].lower()
        wanted.append((-weight, position, {"no": "nb", "nn": "nb"}.get(language, language)))
    return next((language for _, _, language in sorted(wanted) if language in LANGUAGES), "en")


def locale_of(language: str) -> str:
    """British dates in English."""
    return "en_GB" if language == "en" else language


def format_day(value: str | date, language: str) -> str:
    """A date in words; text dates may be a year, a year and month, or a day."""
    if isinstance(value, str):
        parts = [int(part) for part in value.split("-")]
        if len(parts) == 1:
            return value
        day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)  # noqa: PLR2004  year, month, day
        if len(parts) == 2:  # noqa: PLR2004
            return format_date(day, "LLLL y", locale=locale_of(language))
        return format_date(day, "long", locale=locale_of(language))
    return format_date(value, "long", locale=locale_of(language))


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def days_in_words(days: tuple[str, ...], language: str) -> str:
    """`mon tue wed sat` → Monday–Wednesday, Saturday, in the reader's language."""
    names = get_day_names("wide", context="stand-alone", locale=locale_of(language))
    runs: list[list[int]] = []
    for number in sorted(DAYS.index(day) for day in days):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}" for run in runs)


def format_number(value: float, language: str) -> str:
    return format_decimal(value, locale=locale_of(language))


def format_and(items: list[str], language: str) -> str:
    return format_list(items, locale=locale_of(language)) if items else ""


_ALPHABETS = {
    "da": "abcdefghijklmnopqrstuvwxyzæøå",
    "nb": "abcdefghijklmnopqrstuvwxyzæøå",
    "sv": "abcdefghijklmnopqrstuvwxyzåäö",
    "fi": "abcdefghijklmnopqrstuvwxyzåäö",
    "is": "aábcdðeéfghiíjklmnoópqrstuúvwxyýzþæö",
    "en": "abcdefghijklmnopqrstuvwxyz",
}
_SAME = {
    "da": {"ä": "æ", "ö": "ø"},
    "nb": {"ä": "æ", "ö": "ø"},
    "sv": {"æ": "ä", "ø": "ö"},
    "fi": {"æ": "ä", "ø": "ö"},
    "is": {"ä": "æ", "ø": "ö"},
    "en": {"æ": "ae", "ø": "o", "þ": "th", "ð": "d"},
}


@lru_cache(maxsize=len(LANGUAGES))
def collation_key(language: str) -> Callable[[str], tuple[tuple[int, ...], str]]:
    """A sort key by the alphabet of `language`: å ä ö, æ ø å, þ stand in their own places."""
    order = {letter: rank for rank, letter in enumerate(_ALPHABETS[language], start=100)}
    same = _SAME[language]

    def ranks(text: str) -> Iterator[int]:
        for letter in unicodedata.normalize("NFC", text.casefold()):
            if letter in order:
                yield order[letter]
                continue
            for plain in same.get(letter) or unicodedata.normalize("NFD", letter)[0]:
                yield order.get(plain, ord(plain) if plain.isdigit() else 1)

    return lambda text: (tuple(ranks(text)), text)


def first_letter(text: str, language: str) -> str:
    """The heading under which a word stands in an alphabetical list."""
    letter = unicodedata.normalize("NFC", text.strip()[:1].casefold())
    if letter in _ALPHABETS[language]:
        return letter.upper()
    plain = _SAME[language].get(letter) or unicodedata.normalize("NFD", letter)[:1]
    return plain[:1].upper() if plain[:1].isalpha() else "#"


def catalogue_path(language: str) -> Path:
    return LOCALE_DIR / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def extract_template() -> Catalog:
    template = Catalog(project="Samband", charset="utf-8")
    options = {"jinja2.ext.babel_extract": {"trimmed": "true", "silent": "false"}}
    option_map = {pattern: options.get(method, {}) for pattern, method in METHODS}
    found = extract_from_dir(
        str(Path(__file__).parent),
        method_map=METHODS,
        options_map=option_map,
        keywords=KEYWORDS,
        comment_tags=("Note:",),
    )
    for filename, _line, message, comments, context in found:
        template.add(message, locations=[(filename, 0)], auto_comments=comments, context=context)
    return template


def catalogue_problems() -> list[str]:
    """Missing, fuzzy and stale messages and placeholders that differ, one line each."""
    wanted = {(message.id, message.context): message for message in extract_template() if message.id}
    problems: list[str] = []
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        held = {(message.id, message.context): message for message in catalogue if message.id}
        problems += [f"{language}: missing {key[0]!r}" for key in wanted if key not in held]
        problems += [f"{language}: stale {key[0]!r}" for key in held if key not in wanted]
        for key, message in held.items():
            texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
            if message.fuzzy or not all(texts):
                problems.append(f"{language}: not translated {key[0]!r}")
            problems += [f"{language}: {key[0]!r}: {error}" for error in message.check(catalogue)]
    return problems


def write_catalogues() -> None:
    template = extract_template()
    with (LOCALE_DIR / "messages.pot").open("wb") as file:
        write_po(file, template, width=120, sort_output=True, no_location=True, omit_header=True)
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language == "en":
            for message in catalogue:
                if message.id and not any(message.string or ()):
                    message.string = message.id
        write_catalogue(language, catalogue)


def write_catalogue(language: str, catalogue: Catalog) -> None:
    """The same messages give the same bytes: the header tells no times and no people."""
    catalogue.project, catalogue.version = "Samband", "1"
    catalogue.header_comment = f"# The interface of Samband: {OWN_NAMES[language]}."
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.creation_date = catalogue.revision_date = UNDATED
    catalogue.fuzzy = False
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, no_location=True)


def main(arguments: list[str]) -> int:
    if arguments == ["extract"]:
        write_catalogues()
        return 0
    if arguments == ["check"]:
        problems = catalogue_problems()
        sys.stdout.write("".join(f"{line}\n" for line in problems))
        return 1 if problems else 0
    sys.stderr.write("python -m app.i18n extract|check\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
