"""What describes a person is refused: the portal takes counted figures only, and none that points at somebody (G17)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from app.figures.forms import PERSONAL, IndicatorForm
from app.figures.models import Unit
from app.publishing.personal_patterns import NATIONAL, personal_patterns

SMALLEST_CELL = 5
"""Fewer counted persons than this, by two personal attributes or more, can be recognised by people around them."""
MIN_PERSONAL = 2

_PERSON_COLUMNS = """
name firstname surname lastname fullname familyname givenname victimname dateofbirth birthdate birthday dob
ssn socialsecuritynumber identitynumber personalidentitynumber personalnumber nationalid personid victimid
clientid patientid passport passportnumber casenumber caseid caseno filenumber address email emailaddress
phone telephone phonenumber navn fornavn efternavn mellemnavn cpr cprnr cprnummer fødselsdato fødselsdag
sagsnummer sagsnr adresse telefon etternavn personnummer personnr fødselsnummer saksnummer saksnr namn förnamn
efternamn födelsedatum ärendenummer diarienummer målnummer adress nimi etunimi sukunimi henkilötunnus hetu
syntymäaika syntymäpäivä asianumero diaarinumero osoite puhelin sähköposti nafn fornafn eftirnafn kennitala
fæðingardagur málsnúmer heimilisfang sími netfang
"""
PERSON_COLUMNS = frozenset(_PERSON_COLUMNS.split())
_ATTRIBUTE_COLUMNS = """
age agegroup sex gender nationality citizenship countryoforigin birthyear yearofbirth residencestatus
municipality alder køn nationalitet statsborgerskab oprindelsesland fødselsår kommune kjønn statsborgerskap
ålder kön medborgarskap ursprungsland födelseår ikä sukupuoli kansalaisuus syntymävuosi kunta aldur kyn
þjóðerni ríkisfang fæðingarár
"""
ATTRIBUTE_COLUMNS = frozenset(_ATTRIBUTE_COLUMNS.split())
COUNT_COLUMNS = frozenset({"value", "count", "number", "total", "antal", "antall", "määrä", "lukumäärä", "fjöldi"})

_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_PHONE = re.compile(r"(?<![\w.])\+\d{2,3}[\d ()-]{6,}\d")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([ T].*)?|\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})\.?")
_CASE_NUMBER = re.compile(r"(?:[A-ZÅÄÖÆØ]{1,4}[ -]?)?\d{2,6}[-/]\d{3,}(?:[-/]\d+)?")


def normal(column: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", column.casefold()) if letter.isalnum())


def person_columns(header: Sequence[str]) -> Iterator[str]:
    """What the heading of a table says of persons; nothing where it counts them."""
    words = [normal(column) for column in header]
    for column, word in zip(header, words, strict=True):
        if word in PERSON_COLUMNS:
            yield f"column “{column}” identifies persons; only counted figures are taken"
    attributes = [column for column, word in zip(header, words, strict=True) if word in ATTRIBUTE_COLUMNS]
    if len(attributes) >= MIN_PERSONAL and COUNT_COLUMNS.isdisjoint(words):
        listed = ", ".join(attributes)
        yield f"the columns {listed} without a count look like one row per person; only counted figures are taken"


def person_value(text: str) -> str | None:
    """Why a cell that should hold a code, a number or a period looks like it belongs to one person."""
    trimmed = text.strip()
    if _DAY.fullmatch(trimmed):
        return "a full date, such as a birth date; a figure covers a year or months"
    return person_text(trimmed) or ("looks like a case number" if _CASE_NUMBER.fullmatch(trimmed) else None)


def person_text(text: str) -> str | None:
    """What words must not hold either. The value itself is never repeated."""
    if NATIONAL in personal_patterns(text):
        return "looks like a national identity number"
    if _MAIL.search(text):
        return "holds an e-mail address"
    if _PHONE.search(text):
        return "holds a phone number"
    return None


def small_cells(form: IndicatorForm) -> Iterator[tuple[int, str]]:
    """(number of the observation from 0, reason)."""
    if form.unit is Unit.PERCENT:
        return
    personal = {series.code: sorted(PERSONAL & set(series.breakdown)) for series in form.series}
    for place, row in enumerate(form.observations):
        attributes = personal[row.series]
        if len(attributes) >= MIN_PERSONAL and row.value is not None and 0 < row.value < SMALLEST_CELL:
            listed = " and ".join(attributes)
            yield place, f"fewer than {SMALLEST_CELL} by {listed} together can point at somebody; merge groups first"
