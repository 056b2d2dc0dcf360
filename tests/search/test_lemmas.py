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
    assert list(ours) == list(theirs)
    asked = list(theirs)[::50]
    assert [ours[word] for word in asked] == [theirs[word] for word in asked]


def test_lists_are_written_once(tmp_path: Path) -> None:
    WordLists(tmp_path).get_dictionary("nn")
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("nn.*")}
    assert len(written) == 3
    assert WordLists(tmp_path).get_dictionary("nn")["ikkje"] == "ikkje"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("nn.*")} == written
