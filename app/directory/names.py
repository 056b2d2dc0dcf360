"""What a body is called: in its own language first, then for those who do not read it."""

from app.directory.models import Organisation
from app.vocabulary.service import Text

OWN_LANGUAGES = {
    "DK": ("da",),
    "FI": ("fi", "sv"),
    "IS": ("is",),
    "NO": ("nb", "nn"),
    "SE": ("sv",),
    "AX": ("sv",),
    "FO": ("fo", "da"),
    "GL": ("kl", "da"),
    "EE": ("et",),
    "INT": ("en",),
}
"""Country or territory -> the languages in which its bodies name themselves, most usual first."""


def own_name(organisation: Organisation) -> Text:
    """The name a body uses of itself; English only where no other is known."""
    own = OWN_LANGUAGES.get(organisation.country, ("en",))
    others = [language for language in organisation.names if language != "en"]
    for language in (*own, *others, "en"):
        if name := organisation.names.get(language):
            return Text(name, language)
    return Text(organisation.id, "en")


def other_names(organisation: Organisation) -> tuple[Text, ...]:
    """Every further name; Norwegian in both written forms is told once where they are alike."""
    shown = own_name(organisation)
    seen = {shown.value}
    further = []
    for language in sorted(organisation.names, key=lambda code: code == "en"):
        name = organisation.names[language]
        if name not in seen:
            seen.add(name)
            further.append(Text(name, language))
    return tuple(further)
