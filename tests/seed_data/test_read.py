"""What is wrong in a seed file is told by file, record and field; nothing is read half."""

import shutil
from pathlib import Path

import pytest

from seed_data.read import FOLDER, SeedError, read_seed
from seed_data.topics import with_topics


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "seed", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "seed"


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (
            "materials.yaml",
            "  year: 2022",
            "  year: twenty",
            "materials.yaml: nordic-best-practices-seminar-2022: year: ",
        ),
        (
            "materials.yaml",
            "  licence: CC-BY-SA-4.0",
            "  license: CC-BY-SA-4.0",
            ": license: Extra inputs are not permitted",
        ),
        (
            "contact_points.yaml",
            "  confidence: stated",
            "  confidence: sure",
            "contact_points.yaml: dk-3f-web: confidence: ",
        ),
        (
            "contact_points.yaml",
            "  visibility: CLEAR",
            "  visibility: RED",
            "contact_points.yaml: dk-3f-web: visibility: ",
        ),
        (
            "contact_points.yaml",
            "  organisation: dk-3f",
            "  organisation: dk-4f",
            "dk-3f-web: organisation: 'dk-4f' is not known",
        ),
        (
            "organisations.yaml",
            "  parent: dk-sbst",
            "  parent: dk-none",
            "organisations.yaml: dk-cmm: parent: 'dk-none' is not known",
        ),
        ("thesaurus.yaml", "  facet: phenomenon", "  facett: phenomenon", "facett: Extra inputs are not permitted"),
        ("topics.yaml", "  facet: method", "  facett: method", "topics.yaml: psychiatric-care: facett: Extra inputs"),
        ("topics.yaml", "[health-services,", "[health,", "psychiatric-care: broader, related: 'health' is not known"),
        ("topics.yaml", "- id: re-trafficking", "- id: again", "topics.yaml: more_labels: 'again' is not known"),
        ("topics.yaml", "is: {alt: [endurtekin", "et: {alt: [endurtekin", "re-trafficking: labels: 'et' is not known"),
        ("emergency.yaml", "    show: true", "    show: maybe", "emergency.yaml: DK: lines.0.show: "),
        ("country_profiles.yaml", "as_of: '2022'", "as_of: last year", "country_profiles.yaml: "),
    ],
)
def test_a_bad_record_is_named(folder: Path, name: str, old: str, new: str, told: str) -> None:
    spoil(folder, name, old, new)
    with pytest.raises(SeedError) as refused:
        read_seed(folder)
    assert any(told in problem for problem in refused.value.problems), refused.value.problems


def test_all_problems_are_told_at_once(folder: Path) -> None:
    spoil(folder, "materials.yaml", "  year: 2022", "  year: twenty")
    spoil(folder, "emergency.yaml", "    show: true", "    show: maybe")
    with pytest.raises(SeedError) as refused:
        read_seed(folder)
    files = {problem.split(":")[0] for problem in refused.value.problems}
    assert files == {"materials.yaml", "emergency.yaml"}


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "case_summaries.yaml").unlink()
    with pytest.raises(SeedError, match=r"case_summaries\.yaml: cannot be read"):
        read_seed(folder)


def test_every_list_holds_what_the_portal_promises() -> None:
    seed = read_seed()
    facts = [fact for profile in seed.countries for fact in profile.facts]
    lines = [line for country in seed.emergency for line in country.lines]
    counts = {
        "organisations": len(seed.organisations),
        "contact points": len(seed.contacts),
        "emergency lines": len(lines),
        "functions": len(seed.counterparts),
        "concepts": len(seed.concepts),
        "topics": len(seed.topics),
        "materials": len(seed.materials),
        "cases": len(seed.cases),
        "facts": len(facts),
    }
    assert counts == {
        "organisations": 317,
        "contact points": 530,
        "emergency lines": 58,
        "functions": 35,
        "concepts": 260,
        "topics": 17,
        "materials": 93,
        "cases": 12,
        "facts": 75,
    }
    for role in seed.counterparts:
        assert {"DK", "FI", "IS", "NO", "SE", "AX", "FO", "GL"} <= set(role.countries), role.function


def test_topics_stand_on_top_of_the_thesaurus() -> None:
    seed = read_seed()
    thesaurus, topics = [concept.id for concept in seed.concepts], [topic.id for topic in seed.topics]
    whole = with_topics(seed)
    assert [concept.id for concept in whole] == [*thesaurus, *topics]
    assert len(set(thesaurus) | set(topics)) == len(whole)
    for concept, extended in zip(seed.concepts, whole[: len(thesaurus)], strict=True):
        assert {language: labels.pref for language, labels in extended.labels.items()} == {
            language: labels.pref for language, labels in concept.labels.items()
        }


def test_every_explaining_text_is_in_all_six_languages() -> None:
    seed = read_seed()
    for language, book in seed.translations.items():
        for profile in seed.countries:
            missing = [fact.id for fact in profile.facts if fact.text and not book.facts.get(fact.id)]
            assert missing == [], language
        for role in seed.counterparts:
            missing = [country for country in role.countries if not book.notes.get(role.function, {}).get(country)]
            assert missing == [], (language, role.function)
        assert [concept.id for concept in seed.concepts if not book.concepts.get(concept.id)] == [], language
        for scheme, terms in seed.terms.items():
            missing = [
                term.id for term in terms if term.definition and not book.definitions.get(scheme, {}).get(term.id)
            ]
            assert missing == [], (language, scheme)
