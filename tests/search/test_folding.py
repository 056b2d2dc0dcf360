from hypothesis import given
from hypothesis import strategies as st

from search.folding import clean, fold, fold_phrase, folded_words, tokens, word_spans


def test_folding() -> None:
    assert fold("Åäöøæ ðþ é Ŋ") == "aaooae dth e ng"
    assert fold("smo\u0308rga\u030as") == fold("smörgås") == fold("SMØRGÅS")
    assert fold("Αθήνα") == "αθηνα"


def test_phrases_ignore_marks_between_words() -> None:
    assert fold_phrase("  Lauras-hus, Oslo! ") == "lauras hus oslo"


def test_tokens_keep_their_place() -> None:
    text = "Bjarkarhlíð – miðstöð (§ 257)"
    assert [(one.lower, one.folded, text[one.start : one.end]) for one in tokens(text)] == [
        ("bjarkarhlíð", "bjarkarhlid", "Bjarkarhlíð"),
        ("miðstöð", "midstod", "miðstöð"),
        ("257", "257", "257"),
    ]


def test_letters_that_fall_apart_stay_in_step() -> None:
    found = tokens("½ hus İ")
    assert [one.surface for one in found] == ["½", "hus", "İ"]
    assert found[1].folded == "hus"


@given(st.text(max_size=300))
def test_tokens_agree_with_their_text(text: str) -> None:
    text = clean(text, 256)
    found = tokens(text)
    assert [text[one.start : one.end] for one in found] == [one.surface for one in found]
    assert [(one.start, one.end) for one in found] == word_spans(text)
    assert [one.folded for one in found] == folded_words(text)


@given(st.text(max_size=400))
def test_cleaning_twice_changes_nothing_and_keeps_the_limit(text: str) -> None:
    cleaned = clean(text, 64)
    assert len(cleaned) <= 64
    assert clean(cleaned, 64) == cleaned
    assert "\0" not in cleaned


def test_piles_of_marks_are_taken_down() -> None:
    assert len(clean("e" + "\u0301" * 200, 256)) <= 3
