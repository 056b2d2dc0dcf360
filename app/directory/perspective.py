"""From where somebody reads: the language, the country they work in, the moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.i18n import translations
from app.vocabulary.models import Scheme
from app.vocabulary.service import NORDIC, TERRITORIES, Vocabulary

HOME_COUNTRIES = {"da": "DK", "fi": "FI", "is": "IS", "nb": "NO", "sv": "SE"}
"""Interface language -> the country its readers most likely work in; English says nothing about it."""
PLACES = (*NORDIC, *TERRITORIES, "EE")
"""Countries and territories a reader may work in, and in which a counterpart can be looked for."""
INTERNATIONAL = "INT"


@dataclass(frozen=True, slots=True)
class Perspective:
    """`home` is the country the reader works in: said in the address, else guessed from the language, else unknown."""

    vocabulary: Vocabulary
    language: str
    home: str | None
    is_home_said: bool
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def label(self, scheme: Scheme, code: str) -> str:
        return self.vocabulary.label(scheme, code, self.language)

    def say(self, message: str) -> str:
        """A message marked with `N_`, in the reader's language."""
        return translations(self.language).gettext(message)

    @property
    def time_zone(self) -> str | None:
        """The reader's clock; a country's first zone is the one most of its people live in."""
        zones = self.vocabulary.term(Scheme.COUNTRY, self.home).time_zones if self.home else ()
        return zones[0] if zones else None


def perspective(
    vocabulary: Vocabulary, language: str, said: str | None = None, now: datetime | None = None
) -> Perspective:
    """`said`: a country code as it stands in an address; what is no country of the portal is left out."""
    stated = said.upper() if said and said.upper() in PLACES else None
    moment = now or datetime.now(UTC)
    return Perspective(vocabulary, language, stated or HOME_COUNTRIES.get(language), stated is not None, moment)
