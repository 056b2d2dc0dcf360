"""Years that documents cover, and the years between."""

import pytest

from app.library.models import Material
from app.library.series import Span, span, with_gaps
from app.library.service import Entry
from app.vocabulary.service import Text


def entry(title: str) -> Entry:
    return Entry(
        "material:x", Text(title, "en"), None, "action-plan", "Action plan", (), ("en",), None, None, "materials/x"
    )


@pytest.mark.parametrize(
    ("title", "year", "expected"),
    [
        ("Plan 2022-2025", 2021, Span(2022, 2025, True)),
        ("Ohjelma 2021–2023", 2021, Span(2021, 2023, True)),
        ("Rapport 2019. Årsrapport", 2020, Span(2019, 2019, True)),
        ("Meld. St. 12345 om handel", 2016, Span(2016, 2016, False)),
        ("Plan", None, None),
    ],
)
def test_the_years_of_a_title_count_before_the_year_of_publication(
    title: str, year: int | None, expected: Span | None
) -> None:
    material = Material(id="x", type="action-plan", language="en", year=year)
    assert span(material, entry(title)) == expected


def test_gaps_lie_between_and_after_known_periods() -> None:
    steps = with_gaps([(Span(2025, 2030, True), entry("b")), (Span(2011, 2014, True), entry("a"))], 2032)
    assert [(step.span.years if step.span else "", step.entry is None) for step in steps] == [
        ("2011–2014", False), ("2015–2024", True), ("2025–2030", False), ("2031–2032", True),
    ]  # fmt: skip


def test_overlapping_periods_leave_no_gap() -> None:
    steps = with_gaps([(Span(2011, 2020, True), entry("a")), (Span(2012, 2013, True), entry("b"))], 2020)
    assert all(step.entry for step in steps)


def test_nothing_is_said_after_a_document_without_a_period() -> None:
    steps = with_gaps(
        [(Span(2015, 2015, False), entry("a")), (Span(2022, 2022, True), entry("b")), (None, entry("c"))], 2022
    )
    assert [step.entry.title.value if step.entry else None for step in steps] == ["a", "b", "c"]
