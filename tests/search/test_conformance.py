"""What every engine does alike."""

from dataclasses import replace

import pytest

from search.engine import EngineError, Passage, Query, SearchEngine, Sort
from tests.search.small import CLEAR, GREEN, MEMBER, NOBODY, VISITOR, Asker, counts, document, keys

HOSTILE = (
    "\0",
    '"',
    '""""',
    "AND OR NOT ( [ { ~ * ? : \\ / ^ +",
    "title:*",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "\u202e\u200b\ufeff",
    "e" + "\u0301" * 5_000,
    "x" * 1_000_000,
    "a " * 500_000,
    "§ " * 1_000,
    "🧭🧭",
    "½ \ufb01 \uff2b\uff2f\uff2d",
    "\ud800",
    "٣٤٥ ไทย 中文 العربية",
    "-" * 300,
    "../../etc/passwd",
)


def test_an_engine_without_documents_answers_with_nothing(engine: SearchEngine, asker: Asker) -> None:
    page = engine.search(replace(asker.query("shelter"), facets=("kind",)))
    assert (page.hits, page.total, page.facets) == ((), 0, {"kind": ()})
    assert engine.suggest("she", VISITOR) == ()
    assert engine.similar("a", VISITOR, ()) == ()
    assert engine.versions() == {}
    assert engine.health().documents == 0


def test_without_principals_nothing_is_seen(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [document("a", "A shelter.", title="Shelter", concepts=("shelter",)), document("b", concepts=("shelter",))]
    )
    page = engine.search(replace(asker.query("shelter", NOBODY), facets=("kind",)))
    assert (page.hits, page.total, page.facets) == ((), 0, {"kind": ()})
    assert engine.suggest("shel", NOBODY) == ()
    assert engine.similar("a", NOBODY, ()) == ()


def test_a_record_without_an_acl_is_seen_by_nobody(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "A shelter.", acl=())])
    assert engine.search(asker.query("shelter", MEMBER)).total == 0


def test_records_are_grouped_and_counted_once(engine: SearchEngine, asker: Asker) -> None:
    more = tuple(Passage(f"Shelter number {page}.", "en", CLEAR, page) for page in range(2, 7))
    engine.rebuild(
        [document("a", "One shelter.", more=more), document("b", "Another shelter."), document("c", "A house.")]
    )
    page = engine.search(replace(asker.query("shelter"), facets=("kind",)))
    assert sorted(keys(page)) == ["a", "b"]
    assert page.total == 2
    assert counts(page, "kind") == {"material": 2}


def test_facets_leave_their_own_filter_out(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document("a", "A shelter.", facets={"country": ("NO",), "theme": ("x", "y")}),
            document("b", "A shelter.", facets={"country": ("SE",), "theme": ("x",)}),
            document("c", "A shelter.", facets={"country": ("FI",), "theme": ("y",)}),
        ]
    )
    query = replace(asker.query("shelter"), facets=("country", "theme"), filters={"country": ("NO", "SE")})
    page = engine.search(query)
    assert page.total == 2
    assert counts(page, "country") == {"FI": 1, "NO": 1, "SE": 1}
    assert counts(page, "theme") == {"x": 2, "y": 1}
    narrowed = engine.search(replace(query, filters={"country": ("NO", "SE"), "theme": ("y",)}))
    assert keys(narrowed) == ["a"]
    assert counts(narrowed, "country") == {"FI": 1, "NO": 1}


def test_filters_and_facets_that_do_not_exist(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "A shelter.")])
    page = engine.search(replace(asker.query("shelter"), facets=("no-such",), filters={"no-such": ("x",)}))
    assert (page.total, page.facets) == (0, {"no-such": ()})


def test_hidden_records_are_in_no_count(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document("a", "A shelter.", facets={"country": ("NO",)}),
            document("b", "A shelter.", title="Shelter of members", acl=GREEN, facets={"country": ("SE",)}),
        ]
    )
    query = replace(asker.query("shelter"), facets=("country",))
    seen = engine.search(query)
    assert (keys(seen), seen.total, counts(seen, "country")) == (["a"], 1, {"NO": 1})
    assert engine.suggest("shelter", VISITOR) == ()
    assert engine.search(replace(query, principals=MEMBER)).total == 2
    assert [one.key for one in engine.suggest("shelter", MEMBER)] == ["b"]


def test_narrower_passages_do_not_leak(engine: SearchEngine, asker: Asker) -> None:
    """Neither by their words, nor by the concepts they speak of, nor as evidence; and never wider than their record."""
    hidden = Passage("Secret shelter behind the lighthouse, against forced labour.", "en", GREEN, 3)
    wider = Passage("Lighthouse keepers.", "en", CLEAR)
    engine.rebuild([document("a", "A house.", more=(hidden,)), document("b", acl=GREEN, more=(wider,))])
    for text in ("lighthouse", "pakkotyö", "shelter", '"secret shelter"'):
        assert engine.search(asker.query(text)).total == 0, text
    found = engine.search(asker.query("lighthouse", MEMBER))
    assert sorted(keys(found)) == ["a", "b"]
    assert found.total == 2
    page = engine.search(asker.query("house")).hits[0].snippet
    assert page is not None
    assert "lighthouse" not in "".join(fragment.text for fragment in page.fragments)
    assert keys(engine.search(asker.query("pakkotyö", MEMBER))) == ["a"]


@pytest.mark.parametrize("text", ["pakkotyö", "tvångsarbete", "tvangsarbeid", "nauðungarvinna", "forced labour"])
def test_a_concept_crosses_languages(engine: SearchEngine, asker: Asker, text: str) -> None:
    engine.rebuild(
        [
            document("fi", "Pakkotyöstä epäilty vangittiin.", "fi"),
            document("sv", "Tvångsarbete är ett brott.", "sv"),
            document("nb", "Politiet etterforsker tvangsarbeid.", "nb"),
            document("is", "Nauðungarvinna er brot.", "is"),
            document("en", "A report on forced labour.", "en"),
            document("tagged", "En rapport.", "da", concepts=("forced-labour",)),
            document("hidden", "Tvångsarbete.", "sv", acl=GREEN, concepts=("forced-labour",)),
            document("other", "Something else.", "en"),
        ]
    )
    page = engine.search(asker.query(text))
    assert set(keys(page)) == {"fi", "sv", "nb", "is", "en", "tagged"}
    assert all(any(why.concept == "forced-labour" for why in hit.why) for hit in page.hits)
    finnish = next(hit for hit in page.hits if hit.key == "fi")
    assert ("Pakkotyöstä", "fi") in {(why.matched, why.language) for why in finnish.why}
    assert finnish.snippet is not None
    assert [one.text for one in finnish.snippet.fragments if one.is_match] == ["Pakkotyöstä"]


def test_a_language_switched_off(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [document("sv", "Tvångsarbete.", "sv"), document("nb", "Tvangsarbeid.", "nb"), document("en", "Forced labour.")]
    )
    off = asker.understander.query("pakkotyö", "fi", frozenset({"forced-labour.sv"}))
    assert sorted(keys(engine.search(Query(VISITOR, off)))) == ["en", "nb"]
    none = asker.understander.query("pakkotyö", "fi", frozenset({"forced-labour"}))
    assert engine.search(Query(VISITOR, none)).total == 0


def test_inflected_finnish(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "Uhrien auttaminen kunnassa.", "fi"), document("b", "Muu asia.", "fi")])
    for text in ("uhrille", "uhri", "uhreja", "kunnissa"):
        assert keys(engine.search(asker.query(text))) == ["a"], text


@pytest.mark.parametrize(
    "text", ["smörgåsbord", "smorgasbord", "smørgåsbord", "SMÖRGÅSBORD", "smo\u0308rga\u030asbord"]
)
def test_letters_that_readers_write_differently(engine: SearchEngine, asker: Asker, text: str) -> None:
    engine.rebuild([document("a", "Ett smörgåsbord.", "sv"), document("b", "Ett bord.", "sv")])
    assert keys(engine.search(asker.query(text))) == ["a"]


@pytest.mark.parametrize("text", ["þolandi", "tholandi", "ÞOLANDI"])
def test_icelandic_letters(engine: SearchEngine, asker: Asker, text: str) -> None:
    engine.rebuild([document("a", "Þolendur fá vernd.", "is"), document("b", "Annað mál.", "is")])
    assert keys(engine.search(asker.query(text))) == ["a"]


@pytest.mark.parametrize("text", ["menskehandel", "mennesekhandel", "människohandle"])
def test_typos_meet_the_concept(engine: SearchEngine, asker: Asker, text: str) -> None:
    engine.rebuild([document("a", "Ihmiskauppa.", "fi"), document("b", "Muu asia.", "fi")])
    assert keys(engine.search(asker.query(text))) == ["a"]


def test_an_unknown_word_may_be_a_beginning(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [document("a", "Qwortzbeins plan."), document("b", "Another plan."), document("c", "Qwortzology.", acl=GREEN)]
    )
    assert keys(engine.search(asker.query("qwortz"))) == ["a"]


def test_the_name_comes_first(engine: SearchEngine, asker: Asker) -> None:
    mention = "Bjarkarhlíð helps. Bjarkarhlíð answers. Lauras hus in Oslo. KOM writes."
    engine.rebuild(
        [
            document("mention", mention, title="On Bjarkarhlíð and Lauras hus and KOM", year=2026),
            document("is", "Help.", title="Bjarkarhlíð - miðstöð", language="is"),
            document("no", "Hjelp.", title="Lauras hus, Oslo", language="nb"),
            document("kom", "Hjelp.", title="Koordineringsenheten", language="nb", names=("KOM",)),
        ]
    )
    for text, key in (("Bjarkarhlid", "is"), ("lauras hus", "no"), ("KOM", "kom"), ("koordineringsenheten", "kom")):
        assert keys(engine.search(asker.query(text)))[0] == key, text


def test_a_short_abbreviation_is_not_the_word_it_looks_like(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document("a", "Den nasjonale koordinatoren.", "nb", concepts=("coordinator",)),
            document("b", "Han kom.", "nb"),
        ]
    )
    assert "a" in keys(engine.search(asker.query("KOM")))
    assert keys(engine.search(asker.query("kom"))) == ["b"]


def test_a_section_of_a_law(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document("a", "Tiltalt etter straffeloven § 257 i Oslo.", "nb"),
            document("b", "Rikoslain 25 luvun 3 § koskee tätä.", "fi"),
            document("c", "I 1997 var det 257 saker etter § 100.", "nb"),
        ]
    )
    page = engine.search(asker.query("§ 257"))
    assert keys(page)[:2] == ["a", "b"]
    assert page.hits[0].snippet is not None
    assert "§ 257" in [fragment.text for fragment in page.hits[0].snippet.fragments if fragment.is_match]
    assert "c" not in keys(page)
    assert keys(engine.search(asker.query("strl. § 257")))[0] == "a"
    assert keys(engine.search(asker.query("§ 100"))) == ["c"]


def test_what_stands_in_quotes_is_required_in_order(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [document("a", "A safe house in town."), document("b", "A house, safe for all."), document("c", "House. Safe.")]
    )
    assert keys(engine.search(asker.query('"safe house"'))) == ["a"]
    assert engine.search(asker.query('"house of glass"')).total == 0


def test_a_snippet_shows_the_passage_that_answers(engine: SearchEngine, asker: Asker) -> None:
    long = "Words and more words about everything else. " * 12
    more = (Passage(f"{long}At last a shelter appears. {long}", "en", CLEAR, 7),)
    engine.rebuild([document("a", "Nothing here.", more=more)])
    snippet = engine.search(asker.query("shelters")).hits[0].snippet
    assert snippet is not None
    assert (snippet.page, snippet.language) == (7, "en")
    assert [one.text for one in snippet.fragments if one.is_match] == ["shelter"]
    assert len("".join(one.text for one in snippet.fragments)) < 320


def test_why_by_tag_only(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", "En håndbok.", "nb", concepts=("shelter",))])
    why = engine.search(asker.query("kvennaathvarf")).hits[0].why
    assert [(one.word, one.matched, one.language, one.concept) for one in why] == [
        ("kvennaathvarf", "krisesenter", "nb", "shelter")
    ]


def test_sorting_and_pages(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document("1", "A shelter.", title="Östra", year=2020, language="sv"),
            document("2", "A shelter.", title="Abba", year=2024),
            document("3", "A shelter.", title="Zoo", year=None),
            document("4", "A shelter.", title="Mitt", year=2022),
        ]
    )
    query = asker.query("shelter")
    assert keys(engine.search(replace(query, sort=Sort.TITLE))) == ["2", "4", "1", "3"]
    assert keys(engine.search(replace(query, sort=Sort.NEWEST))) == ["2", "4", "1", "3"]
    pages = [engine.search(replace(query, sort=Sort.TITLE, page=page, per_page=3)) for page in (1, 2, 3)]
    assert [keys(page) for page in pages] == [["2", "4", "1"], ["3"], []]
    assert {page.total for page in pages} == {4}


def test_years(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [document(str(year), "A shelter.", year=year) for year in (2019, 2021, 2023)] + [document("none", "A shelter.")]
    )
    query = asker.query("shelter")
    assert sorted(keys(engine.search(replace(query, year_from=2020, year_to=2022)))) == ["2021"]
    assert sorted(keys(engine.search(replace(query, year_to=2021)))) == ["2019", "2021"]
    assert engine.search(replace(query, year_from=10**30)).total == 0
    assert engine.search(replace(query, year_from=-(10**30), year_to=10**30)).total == 3


def test_without_words_everything_visible_is_shown(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild([document("a", year=2020), document("b", year=2024), document("c", acl=GREEN)])
    for query in (Query(VISITOR), asker.query(""), asker.query("   ")):
        page = engine.search(query)
        assert (keys(page), page.total) == (["b", "a"], 2)
    assert engine.search(asker.query("the of and")).total == 0


def test_suggestions_are_folded_and_found_by_any_word(engine: SearchEngine) -> None:
    engine.rebuild(
        [document("a", title="Lauras hus, Oslo", language="nb", kind="organisation"), document("b", title="Öppet hus")]
    )
    assert [one.key for one in engine.suggest("LÁUR", VISITOR)] == ["a"]
    assert [one.key for one in engine.suggest("oppet", VISITOR)] == ["b"]
    assert {one.key for one in engine.suggest("hus", VISITOR)} == {"a", "b"}
    assert [one.text for one in engine.suggest("lauras hus os", VISITOR)] == ["Lauras hus, Oslo"]
    assert len(engine.suggest("hus", VISITOR, limit=1)) == 1
    assert engine.suggest("", VISITOR) == engine.suggest("  ", VISITOR) == engine.suggest("zzz", VISITOR) == ()


def test_similar_shares_telling_concepts(engine: SearchEngine) -> None:
    engine.rebuild(
        [
            document("a", concepts=("shelter", "trafficking")),
            document("rare", concepts=("shelter",), year=2000),
            document("common", concepts=("trafficking",), year=2024),
            document("common-2", concepts=("trafficking",), year=2023),
            document("case", concepts=("shelter", "trafficking"), kind="case"),
            document("hidden", concepts=("shelter", "trafficking"), acl=GREEN),
            document("none"),
        ]
    )
    assert [hit.key for hit in engine.similar("a", VISITOR, ("material",))] == ["rare", "common", "common-2"]
    assert [hit.key for hit in engine.similar("a", VISITOR, (), limit=1)] == ["case"]
    assert engine.similar("hidden", VISITOR, ()) == ()
    assert engine.similar("none", VISITOR, ()) == engine.similar("no-such", VISITOR, ()) == ()


def test_concepts_as_records_do_not_drown_what_they_describe(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document(
                "concept",
                "A place to stay.",
                title="shelter",
                names=("krisesenter",),
                kind="concept",
                concepts=("shelter",),
            ),
            document("other", "A shelter for dogs.", title="dog shelter", kind="concept"),
            document("material", "Handbook on running a shelter.", title="Shelter handbook"),
        ]
    )
    assert keys(engine.search(asker.query("shelter"))) == ["concept", "material", "other"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_questions_are_answered(engine: SearchEngine, asker: Asker, text: str) -> None:
    engine.rebuild([document("a", "A shelter.", title="Shelter")])
    try:
        page = engine.search(replace(asker.query(text), facets=("kind",)))
        suggestions = engine.suggest(text, VISITOR)
    except EngineError:
        return
    assert page.total <= 1
    assert len(suggestions) <= 1


def test_hostile_documents_are_kept(engine: SearchEngine, asker: Asker) -> None:
    texts = [text for text in HOSTILE if "\ud800" not in text]
    engine.rebuild(document(f"k{number}", text, title=text or "-", names=(text,)) for number, text in enumerate(texts))
    assert len(engine.versions()) == len(texts)
    assert engine.search(Query(VISITOR, per_page=100)).total == len(texts)


@pytest.mark.parametrize("page", [-(10**9), 0, 10**9])
@pytest.mark.parametrize("per_page", [-5, 0, 10**9])
def test_pages_that_do_not_exist(engine: SearchEngine, asker: Asker, page: int, per_page: int) -> None:
    engine.rebuild([document("a", "A shelter.")])
    found = engine.search(replace(asker.query("shelter"), page=page, per_page=per_page))
    assert found.total == 1
    assert len(found.hits) == (0 if page > 1 else 1)


def test_of_equal_passages_the_one_in_the_readers_language_is_shown(engine: SearchEngine, asker: Asker) -> None:
    engine.rebuild(
        [
            document(
                "a",
                "Nobody may be made to stay.",
                concepts=("shelter",),
                more=(Passage("Ingen får tvingas.", "sv", CLEAR),),
            )
        ]
    )
    for language in ("en", "sv"):
        understanding = asker.understander.query("shelter", language)
        snippet = engine.search(Query(VISITOR, understanding)).hits[0].snippet
        assert snippet is not None
        assert snippet.language == language
