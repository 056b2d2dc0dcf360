from pathlib import Path

import pytest
from simplemma.strategies.dictionaries import StreamDictionaryFactory

from search.lemmas import LANGUAGES, Lemmatizer
from search.word_lists import WordLists


@pytest.fixture(scope="module")
def lemmatizer(words_dir: Path) -> Lemmatizer:
    return Lemmatizer(words_dir)


@pytest.mark.parametrize(
    ("word", "language", "lemma"),
    [
        ("uhreille", "fi", "uhri"),
        ("människohandelns", "sv", "människohandel"),
        ("ofrene", "nb", "offer"),
        ("victims", "en", "victim"),
        ("þolendum", "is", "þolandi"),
        ("vinnumansals", "is", "vinnumansal"),
    ],
)
def test_base_forms(lemmatizer: Lemmatizer, word: str, language: str, lemma: str) -> None:
    assert lemma in lemmatizer.lemmas(word, language)
    assert lemmatizer.is_known(word, language)


def test_unknown_words_and_languages(lemmatizer: Lemmatizer) -> None:
    assert lemmatizer.lemmas("qwortzbeins", "is") == ()
    assert lemmatizer.lemmas("uhreille", "kl") == ()
    assert not lemmatizer.is_known("uhreille", "kl")
    assert not lemmatizer.is_known_anywhere("qwortzbeins")
    assert lemmatizer.lemmas("x" * 100_000, "fi") == ()
    assert lemmatizer.lemmas("257", "fi") == ()


@pytest.mark.parametrize("language", ["da", "en", "nn"])
def test_lists_on_disk_say_what_the_library_says(words_dir: Path, language: str) -> None:
    ours = WordLists(words_dir).get_dictionary(language)
    theirs = StreamDictionaryFactory().get_dictionary(language)
    assert len(ours) == len(theirs)
    asked = list(theirs)[:: max(1, len(theirs) // 2_000)]
    assert [ours[word] for word in asked] == [theirs[word] for word in asked]
    for word in ("", "\0", "zzzzzz", "ÅÅÅÅÅ", "\U0010ffff"):
        assert ours.get(word) == theirs.get(word)


@pytest.mark.full
@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "is"])
def test_every_word_is_on_disk(words_dir: Path, language: str) -> None:
    ours = WordLists(words_dir).get_dictionary(language)
    theirs = StreamDictionaryFactory().get_dictionary(language)
    assert sorted(ours) == sorted(theirs)
    asked = list(theirs)[::50]
    assert [ours[word] for word in asked] == [theirs[word] for word in asked]


def test_lists_are_written_once(words_dir: Path) -> None:
    assert WordLists(words_dir).get_dictionary("nn")["ikkje"] == "ikkje"
    written = {path: path.stat().st_mtime_ns for path in words_dir.rglob("*")}
    assert {path.name for path in written} >= set(LANGUAGES)
    assert WordLists(words_dir).get_dictionary("nn")["ikkje"] == "ikkje"
    assert {path: path.stat().st_mtime_ns for path in words_dir.rglob("*")} == written


@pytest.mark.fault
def test_lists_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    in_the_way = tmp_path / "words"
    in_the_way.write_text("no folder")
    with pytest.raises(OSError, match="word lists"):
        WordLists(in_the_way).get_dictionary("nn")


@pytest.mark.parametrize(
    ("typed", "language", "written"),
    [
        ("tyota", "fi", "työtä"),
        ("manniskor", "sv", "människor"),
        ("ovelser", "da", "øvelser"),
        ("bornene", "da", "børnene"),
        ("thraelar", "is", "þrælar"),
    ],
)
def test_spellings_of_a_word_without_marks(words_dir: Path, typed: str, language: str, written: str) -> None:
    assert written in WordLists(words_dir).get_dictionary(language).spellings(typed)


@pytest.mark.parametrize("typed", ["", "x" * 256, "a" * 256, "aaaaoooo" * 30])
def test_spellings_of_no_word(words_dir: Path, typed: str) -> None:
    assert list(WordLists(words_dir).get_dictionary("fi").spellings(typed)) == []
