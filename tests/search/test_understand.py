"""What a query is taken to mean, with a thesaurus of seven concepts."""

import pytest

from search.matching import MatchKind
from search.thesaurus import Concept, Label, Thesaurus
from search.understand import MAX_QUERY_CHARACTERS, MAX_QUERY_WORDS, Understander, Understanding


def meant(understanding: Understanding) -> list[tuple[str, str, MatchKind]]:
    return [(one.id, one.matched, one.how) for one in understanding.concepts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pakkotyö", [("forced-labour", "pakkotyö", MatchKind.LABEL)]),
        ("PAKKOTYOSSA", [("forced-labour", "PAKKOTYOSSA", MatchKind.LABEL)]),
        ("ihmiskaupan uhria", [("victim", "ihmiskaupan uhria", MatchKind.PHRASE)]),
        ("lakaren", [("doctor", "lakaren", MatchKind.LABEL)]),
        ("pakkotyössä", [("forced-labour", "pakkotyössä", MatchKind.LABEL)]),
        ("forced labour", [("forced-labour", "forced labour", MatchKind.PHRASE)]),
        ("labour forced", []),
        ("ihmiskaupan uhrille", [("victim", "ihmiskaupan uhrille", MatchKind.PHRASE)]),
        ("menskehandel", [("trafficking", "menskehandel", MatchKind.FUZZY)]),
        ("mansalsmál", [("trafficking", "mansalsmál", MatchKind.COMPOUND)]),
        ("människohandelsbrott", [("trafficking", "människohandelsbrott", MatchKind.COMPOUND)]),
        ("manniskohandelslovbrudd", []),
        ("einslege", []),
        ("lege", [("doctor", "lege", MatchKind.LABEL)]),
        ("KOM", [("coordinator", "KOM", MatchKind.LABEL)]),
        ("kom", []),
        ("Kom", []),
        ("§ 257", [("offence", "§ 257", MatchKind.CITATION)]),
        ("strl. §257", [("offence", "§257", MatchKind.CITATION)]),
        ("RL 25:3", [("offence", "25:3", MatchKind.CITATION)]),
        ("rikoslain 25 luvun 3 §", [("offence", "25 luvun 3 §", MatchKind.CITATION)]),
        ("257", []),
        ("§ 258", []),
        ("", []),
    ],
)
def test_concepts(understander: Understander, text: str, expected: list[tuple[str, str, MatchKind]]) -> None:
    assert meant(understander.query(text, "fi")) == expected


def test_labels_may_be_marked(words_dir: object) -> None:
    concepts = [
        Concept("case", labels=(Label("en", "Roses", is_case_sensitive=True),)),
        Concept("whole", labels=(Label("nb", "vandel", is_whole_word_only=True),)),
        Concept("part", labels=(Label("nb", "handel", is_never_in_compounds=True),)),
    ]
    marked = Understander(Thesaurus(concepts))
    assert meant(marked.query("roses", "en")) == []
    assert meant(marked.query("Roses", "en")) == [("case", "Roses", MatchKind.LABEL)]
    assert meant(marked.query("vandelsattest", "nb")) == []
    assert meant(marked.query("varehandel", "nb")) == []
    assert meant(marked.query("handel", "nb")) == [("part", "handel", MatchKind.LABEL)]


def test_also_searched_are_switches(understander: Understander) -> None:
    first = understander.query("pakkotyö", "fi")
    assert {one.key: (one.label, one.is_on) for one in first.also_searched} == {
        "forced-labour.en": ("forced labour", True),
        "forced-labour.da": ("tvangsarbejde", True),
        "forced-labour.is": ("nauðungarvinna", True),
        "forced-labour.nb": ("tvangsarbeid", True),
        "forced-labour.sv": ("tvångsarbete", True),
    }
    second = understander.query("pakkotyö", "fi", frozenset({"forced-labour.sv"}))
    assert [one.key for one in second.also_searched if not one.is_on] == ["forced-labour.sv"]
    off = understander.query("pakkotyö", "fi", frozenset({"forced-labour"}))
    assert [one.is_on for one in off.concepts] == [False]
    assert not any(one.is_on for one in off.also_searched)


def test_did_you_mean(understander: Understander) -> None:
    told = understander.query("stop menskehandel now", "en").corrections
    assert [(one.surface, one.suggestion, one.text) for one in told] == [
        ("menskehandel", "menneskehandel", "stop menneskehandel now")
    ]
    assert understander.query("Bjarkarhlid", "en").corrections == ()
    assert [one.suggestion for one in understander.query("Bjarkarhild", "en").corrections] == ["bjarkarhlíð"]
    assert understander.query("uhrille apua", "fi").corrections == ()


def test_identifying_words_phrases_and_countries(understander: Understander) -> None:
    found = understander.query('"Lauras hus" in Norge, qwortz 2030 § 257', "nb")
    assert found.phrases == ("Lauras hus",)
    assert found.countries == ("NO",)
    assert found.identifiers == ("qwortz", "2030", "§ 257")


def test_stop_words_are_marked_unless_there_is_nothing_else(understander: Understander) -> None:
    assert [word.is_stop_word for word in understander.query("help in the shelter", "en").words] == [
        False,
        True,
        True,
        False,
    ]
    assert [word.is_stop_word for word in understander.query("the", "en").words] == [False]
    assert [word.is_stop_word for word in understander.query("DO om", "sv").words] == [False, True]


def test_a_long_query_is_cut_and_says_so(understander: Understander) -> None:
    long = understander.query("a1 " * 1_000, "en")
    assert long.was_cut
    assert len(long.text) <= MAX_QUERY_CHARACTERS
    assert len(long.words) <= MAX_QUERY_WORDS
    assert not understander.query("x" * MAX_QUERY_CHARACTERS, "en").was_cut


def test_documents_are_read_in_their_own_language(understander: Understander) -> None:
    def concepts(text: str, language: str) -> set[str]:
        return {mention.concept for mention in understander.analyse(text, language).mentions}

    assert concepts("Lege og tvangsarbeid.", "nb") == {"doctor", "forced-labour"}
    assert concepts("Lege.", "sv") == set()
    assert concepts("Lege.", "nn") == {"doctor"}
    assert concepts("Han ringde KOM.", "sv") == {"coordinator"}
    assert concepts("Ihmiskaupan uhreja autetaan.", "fi") == {"victim", "trafficking"}
    assert concepts("Mansalsmálin.", "is") == {"trafficking"}


@pytest.mark.parametrize("number", range(4))
def test_hostile_text_costs_little(understander: Understander, number: int) -> None:
    """Not how long it takes, but how much is looked at: cost follows these."""
    text = ("e" + "\u0301" * 10**6, "x" * 10**6, "menneskehandl " * 10**5, "§ 257 " * 10**5)[number]
    found = understander.query(text, "sv")
    assert found.was_cut
    assert len(found.text) <= MAX_QUERY_CHARACTERS
    assert len(found.words) <= MAX_QUERY_WORDS + MAX_QUERY_CHARACTERS // len("§ 257 ")
