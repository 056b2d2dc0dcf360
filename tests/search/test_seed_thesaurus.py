"""The portal's own vocabulary, matched by the same rules."""

from pathlib import Path

import pytest

from search.matching import MatchKind
from search.understand import Understander
from tests.search.seed import PATH, seed_thesaurus

if not PATH.exists():
    pytest.skip("the seed has no thesaurus", allow_module_level=True)


@pytest.fixture(scope="module")
def seeded(words_dir: Path) -> Understander:
    return Understander(seed_thesaurus(), (), words_dir)


def test_every_preferred_label_means_its_concept(seeded: Understander) -> None:
    missed = [
        (label, concept)
        for concept in seeded.thesaurus.concepts
        for language, label in seeded.thesaurus.preferred(concept).items()
        if concept not in {one.id for one in seeded.query(label, language).concepts}
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("pakkotyö", "forced-labour"),
        ("tvångsarbete", "forced-labour"),
        ("tvangsarbeid", "forced-labour"),
        ("nauðungarvinna", "forced-labour"),
        ("forced labour", "forced-labour"),
        ("menskehandel", "trafficking-in-human-beings"),
        ("ihmiskaupan uhrille", "victim-of-trafficking"),
        ("BrB 4 kap 1 a §", "human-trafficking-offence"),
        ("strl. § 257", "human-trafficking-offence"),
        ("RL 25:3", "human-trafficking-offence"),
    ],
)
def test_practitioners_words(seeded: Understander, text: str, concept: str) -> None:
    assert concept in {one.id for one in seeded.query(text, "en").concepts}


def test_no_compound_is_made_of_a_short_label(seeded: Understander) -> None:
    assert seeded.query("einslege", "nn").concepts == ()
    for text in ("politiker", "einsleg", "kommunen", "barnevogn"):
        assert [one for one in seeded.query(text, "nb").concepts if one.how is MatchKind.COMPOUND] == [], text
