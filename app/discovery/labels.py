"""What filters and their values are called."""

from app.discovery.forms import NORDIC_GROUP
from app.i18n import N_, gettext
from app.vocabulary.models import Scheme
from app.vocabulary.service import Vocabulary

KIND_NAMES = {
    "organisation": N_("Organisations"),
    "material": N_("Materials"),
    "case": N_("Cases"),
    "concept": N_("Concepts"),
}
SCHEMES = {
    "country": Scheme.COUNTRY,
    "language": Scheme.LANGUAGE,
    "theme": Scheme.THEME,
    "audience": Scheme.AUDIENCE,
    "function": Scheme.FUNCTION,
}


def value_label(vocabulary: Vocabulary, facet: str, value: str, language: str) -> str:
    """Values that are in no list (the index may be older than the lists) are called what they are."""
    if facet == "kind":
        return gettext(KIND_NAMES[value]) if value in KIND_NAMES else value
    if value == NORDIC_GROUP:
        return gettext("The Nordic countries")
    if facet == "type":
        return type_label(vocabulary, value, language)
    if facet in SCHEMES:
        return vocabulary.label(SCHEMES[facet], value, language)
    return vocabulary.concepts[value].label(language).value if value in vocabulary.concepts else value


def type_label(vocabulary: Vocabulary, code: str, language: str) -> str:
    """Types of organisations and of materials share one facet; their codes do not overlap."""
    for scheme in (Scheme.ORGANISATION_TYPE, Scheme.MATERIAL_TYPE):
        if entry := vocabulary.find(scheme, code):
            return entry.label(language)
    return code
