"""The portal's own thesaurus as the engine room takes it, read straight from the seed."""

from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import yaml

from search.thesaurus import Concept, Label, LabelKind, Thesaurus

PATH = Path(__file__).parents[2] / "seed_data" / "thesaurus.yaml"


class _Labels(TypedDict):
    pref: NotRequired[str]
    alt: NotRequired[list[str]]
    hidden: NotRequired[list[str]]


class _Concept(TypedDict):
    id: str
    facet: str
    broader: NotRequired[list[str]]
    related: NotRequired[list[str]]
    labels: dict[str, _Labels]


def seed_thesaurus() -> Thesaurus:
    with PATH.open(encoding="utf-8") as file:
        concepts = cast(list[_Concept], yaml.load(file, Loader=yaml.CSafeLoader)["concepts"])
    return Thesaurus(
        Concept(
            id=one["id"],
            facet=one["facet"],
            broader=tuple(one.get("broader") or ()),
            related=tuple(one.get("related") or ()),
            labels=tuple(_labels(one)),
        )
        for one in concepts
    )


def _labels(concept: _Concept) -> Iterator[Label]:
    for language, labels in concept["labels"].items():
        if labels.get("pref"):
            yield Label(language, labels["pref"])
        for text in labels.get("alt") or ():
            yield Label(language, str(text), LabelKind.ALTERNATIVE)
        for text in labels.get("hidden") or ():
            yield Label(language, str(text), LabelKind.HIDDEN)
