"""What a reader gets does not change with what they may not see: not hits, order, scores, totals, facets, evidence,
suggestions or similar records. Hidden records, and hidden passages of records they see, come and go around them."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.engine import Document, Hit, Page, Passage, SearchEngine, Sort, Suggestion
from tests.search.conftest import EngineFactory
from tests.search.small import CLEAR, GREEN, VISITOR, Asker, document

_WORDS = (
    "shelter", "house", "victim", "police", "forced labour", "pakkotyö", "tvångsarbete", "menneskehandel", "uhri",
    "ihmiskaupan uhri", "qwortz", "qwortzbeins", "lege", "KOM", "§ 257", "report", "mansalsmál", "trafficking",
)  # fmt: skip
_CONCEPTS = ("trafficking", "forced-labour", "victim", "shelter", "doctor")
_LANGUAGES = ("en", "fi", "sv", "nb", "is")
_QUERIES = ("shelter house", "pakkotyö", "menskehandel", "qwortz", "§ 257", '"house report"', "KOM police", "")
_AMBER = ("amber",)

_text = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=8).map(" ".join)
_passages = st.lists(_text, max_size=2)


@dataclass(frozen=True, slots=True)
class Answers:
    pages: tuple[Page, ...]
    suggestions: tuple[tuple[Suggestion, ...], ...]
    similar: tuple[tuple[Hit, ...], ...]


def records(prefix: str, acls: Sequence[tuple[str, ...]]) -> st.SearchStrategy[list[Document]]:
    one = st.builds(
        _record,
        language=st.sampled_from(_LANGUAGES),
        acl=st.sampled_from(acls),
        title=_text,
        name=st.sampled_from(_WORDS),
        texts=_passages,
        concepts=st.lists(st.sampled_from(_CONCEPTS), max_size=3).map(tuple),
        country=st.sampled_from(("NO", "SE", "FI")),
        year=st.sampled_from((None, 2020, 2024)),
    )
    return st.lists(one, min_size=1, max_size=5).map(
        lambda made: [replace(record, key=f"{prefix}{number}") for number, record in enumerate(made)]
    )


def _record(
    language: str,
    acl: tuple[str, ...],
    title: str,
    name: str,
    texts: list[str],
    concepts: tuple[str, ...],
    country: str,
    year: int | None,
) -> Document:
    return document(
        "",
        language=language,
        title=title,
        acl=acl,
        names=(name,),
        concepts=concepts,
        facets={"country": (country,)},
        year=year,
        more=tuple(Passage(text, language, acl) for text in texts),
    )


def answers(engine: SearchEngine, asker: Asker, seen: Sequence[Document]) -> Answers:
    queries = [replace(asker.query(text), facets=("country", "kind", "language"), per_page=100) for text in _QUERIES]
    queries += [replace(queries[0], sort=sort, per_page=2) for sort in Sort]
    queries += [replace(queries[1], filters={"country": ("NO",)})]
    return Answers(
        pages=tuple(engine.search(query) for query in queries),
        suggestions=tuple(engine.suggest(prefix, VISITOR, 50) for prefix in ("s", "h", "qw", "pakko")),
        similar=tuple(engine.similar(one.key, VISITOR, (), 50) for one in seen),
    )


def compared(
    make_engine: EngineFactory, asker: Asker, seen: list[Document], hidden: list[Document], secrets: list[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        alone = make_engine(Path(folder) / "alone", asker.understander)
        alone.rebuild(seen)
        expected = answers(alone, asker, seen)
        crowded = make_engine(Path(folder) / "crowded", asker.understander)
        extra = tuple(Passage(text, "en", GREEN) for text in secrets)
        with_secrets = [replace(one, passages=one.passages + extra) for one in seen]
        gone = [replace(one, key=f"gone-{one.key}", acl=CLEAR) for one in hidden]
        crowded.upsert([*hidden[: len(hidden) // 2], *gone, *with_secrets])
        crowded.upsert(hidden[len(hidden) // 2 :])
        crowded.delete([one.key for one in gone])
        assert answers(crowded, asker, seen) == expected
        for one in hidden:
            assert crowded.similar(one.key, VISITOR, ()) == ()


SEEN = records("seen-", (CLEAR,))
HIDDEN = records("hidden-", (GREEN, _AMBER, GREEN + _AMBER, ()))
SECRETS = st.lists(_text, max_size=2)
_KEPT = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@settings(max_examples=8, deadline=None, suppress_health_check=_KEPT)
@given(seen=SEEN, hidden=HIDDEN, secrets=SECRETS)
def test_hidden_rows_change_nothing(
    make_engine: EngineFactory, asker: Asker, seen: list[Document], hidden: list[Document], secrets: list[str]
) -> None:
    compared(make_engine, asker, seen, hidden, secrets)


@pytest.mark.full
@settings(max_examples=120, deadline=None, suppress_health_check=_KEPT)
@given(seen=SEEN, hidden=HIDDEN, secrets=SECRETS)
def test_hidden_rows_change_nothing_in_many_ways(
    make_engine: EngineFactory, asker: Asker, seen: list[Document], hidden: list[Document], secrets: list[str]
) -> None:
    compared(make_engine, asker, seen, hidden, secrets)


def test_fifty_matching_restricted_records_change_nothing(make_engine: EngineFactory, asker: Asker) -> None:
    seen = [document(str(n), f"Shelter {'house ' * n}", title=f"Shelter {n}", concepts=("shelter",)) for n in range(12)]
    hidden = [replace(one, key=f"h{n}-{one.key}", acl=GREEN) for n in range(5) for one in seen[:10]]
    compared(make_engine, asker, seen, hidden, ["a shelter of victims"])


def test_the_comparison_notices_a_leak(make_engine: EngineFactory, asker: Asker) -> None:
    """The check itself would fail if the hidden were seen."""
    seen = [document("a", "A shelter.")]
    with pytest.raises(AssertionError):
        compared(make_engine, asker, seen, [document("b", "A shelter.", acl=CLEAR)], [])
