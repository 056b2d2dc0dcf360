"""A thesaurus of seven concepts, and documents made in one line."""

from collections.abc import Mapping

from search.engine import Document, Page, Passage, Query
from search.thesaurus import Concept, Country, Label, LabelKind, Thesaurus
from search.understand import Understander

CLEAR = ("clear",)
GREEN = ("green",)
VISITOR = frozenset(CLEAR)
MEMBER = frozenset(CLEAR + GREEN)
NOBODY: frozenset[str] = frozenset()

_LABELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "trafficking": {
        "en": ("trafficking in human beings", "human trafficking"),
        "da": ("menneskehandel",),
        "fi": ("ihmiskauppa",),
        "is": ("mansal",),
        "nb": ("menneskehandel",),
        "sv": ("människohandel",),
    },
    "forced-labour": {
        "en": ("forced labour",),
        "da": ("tvangsarbejde",),
        "fi": ("pakkotyö",),
        "is": ("nauðungarvinna",),
        "nb": ("tvangsarbeid",),
        "sv": ("tvångsarbete",),
    },
    "victim": {"en": ("victim of trafficking",), "fi": ("ihmiskaupan uhri",), "sv": ("offer för människohandel",)},
    "coordinator": {"en": ("national coordinator",), "nb": ("nasjonal koordinator", "KOM")},
    "offence": {"en": ("trafficking offence",), "nb": ("menneskehandelslovbrudd", "§ 257"), "fi": ("RL 25:3",)},
    "doctor": {"en": ("doctor",), "nb": ("lege",), "sv": ("läkare",)},
    "shelter": {"en": ("shelter",), "nb": ("krisesenter",), "is": ("kvennaathvarf",)},
}


def small_thesaurus() -> Thesaurus:
    concepts = [
        Concept(
            concept,
            labels=tuple(
                Label(language, text, LabelKind.PREFERRED if number == 0 else LabelKind.ALTERNATIVE)
                for language, texts in labels.items()
                for number, text in enumerate(texts)
            ),
        )
        for concept, labels in _LABELS.items()
    ]
    return Thesaurus(concepts, [Country("NO", ("Norway", "Norge", "Norja", "Noregur"))])


def document(  # noqa: PLR0913 what a test leaves out does not matter to it
    key: str,
    text: str = "",
    language: str = "en",
    *,
    title: str = "",
    acl: tuple[str, ...] = CLEAR,
    names: tuple[str, ...] = (),
    concepts: tuple[str, ...] = (),
    facets: Mapping[str, tuple[str, ...]] | None = None,
    kind: str = "material",
    year: int | None = None,
    more: tuple[Passage, ...] = (),
    version: str = "1",
) -> Document:
    passages = (Passage(text, language, acl), *more) if text else more
    return Document(
        key=key,
        kind=kind,
        language=language,
        title=title or f"Record {key}",
        acl=acl,
        names=names,
        passages=passages,
        concepts=concepts,
        facets=facets or {},
        year=year,
        version=version,
    )


class Asker:
    """Asks an engine in words, as a page does."""

    def __init__(self, understander: Understander) -> None:
        self.understander = understander

    def query(self, text: str, principals: frozenset[str] = VISITOR) -> Query:
        return Query(principals, self.understander.query(text, "en"))


def keys(page: Page) -> list[str]:
    return [hit.key for hit in page.hits]


def counts(page: Page, facet: str) -> dict[str, int]:
    return {one.value: one.count for one in page.facets[facet]}
