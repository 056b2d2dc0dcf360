"""Periods, contradictions and the picture: what follows from the numbers alone."""

from collections.abc import Mapping

import pytest

from app.figures.chart import BASELINE, draw
from app.figures.contradictions import Number, find_contradictions
from app.figures.periods import Period, read_period

SEXES: dict[str, dict[str, str]] = {"total": {}, "women": {"sex": "female"}, "men": {"sex": "male"}}


def cells(rows: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, Period], Number]:
    return {
        (code, read_period(period)): Number(value)
        for code, numbers in rows.items()
        for period, value in numbers.items()
    }


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("2005", "en", "2005"),
        ("2008-01/2008-03", "en", "January–March 2008"),
        ("2008-03", "fi", "maaliskuu 2008"),
        ("2007/2023", "da", "2007–2023"),
        ("2005/2008-03", "sv", "2005 – mars 2008"),
        ("2006-11/2008-05", "is", "nóvember 2006 – maí 2008"),
        ("2019-01/2019-12", "nb", "2019"),
    ],
)
def test_a_period_is_said_in_words(text: str, language: str, words: str) -> None:
    assert read_period(text).words(language) == words


@pytest.mark.parametrize("text", ["2008/2005", "2008-13", "05", "2008-03-01", "2008-1", "", "2005/", "2005-2008"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no period|before it begins"):
        read_period(text)


def test_parts_that_are_more_or_less_than_the_whole_are_found() -> None:
    numbers = cells({"total": {"2005": 27, "2006": 43, "2007": 9}, "women": {"2005": 26, "2006": 43, "2007": 5}})
    numbers |= cells({"men": {"2005": 2, "2006": 0, "2007": 3}})
    found = find_contradictions(SEXES, ["sex"], numbers)
    assert [(entry.period.text, entry.sum, entry.stated) for entry in found] == [("2005", 28, 27), ("2007", 8, 9)]


def test_a_part_that_is_missing_proves_nothing_but_too_much_does() -> None:
    assert find_contradictions(SEXES, ["sex"], cells({"total": {"2005": 27}, "women": {"2005": 20}})) == ()
    assert len(find_contradictions(SEXES, [], cells({"total": {"2005": 27}, "women": {"2005": 28}}))) == 1


def test_groups_that_may_overlap_are_not_added() -> None:
    forms = {"total": {}, "a": {"exploitation-form": "a"}, "b": {"exploitation-form": "b"}}
    numbers = cells({"total": {"2005": 10}, "a": {"2005": 8}, "b": {"2005": 8}})
    assert find_contradictions(forms, [], numbers) == ()
    assert len(find_contradictions(forms, ["exploitation-form"], numbers)) == 1


def test_years_are_added_only_where_they_fill_the_whole_time() -> None:
    whole = {"total": {"2005": 1, "2006": 2, "2005/2006": 4}}
    with_a_gap = {"total": {"2005": 1, "2007": 2, "2005/2007": 4}}
    series: dict[str, dict[str, str]] = {"total": {}}
    assert [entry.sum for entry in find_contradictions(series, ["period"], cells(whole))] == [3]
    assert find_contradictions(series, ["period"], cells(with_a_gap)) == ()
    assert find_contradictions(series, [], cells(whole)) == ()


def test_an_approximate_number_contradicts_nothing() -> None:
    numbers = cells({"women": {"2005": 20}, "men": {"2005": 5}})
    numbers["total", read_period("2005")] = Number(24, is_approximate=True)
    assert find_contradictions(SEXES, ["sex"], numbers) == ()


def test_a_gap_year_has_a_place_but_no_bar() -> None:
    chart = draw(["total"], cells({"total": {"2016": 121, "2018": 0, "2019": 64}}), "en")
    assert chart
    assert [(slot.year, slot.is_gap) for slot in chart.slots] == [
        (2016, False),
        (2017, True),
        (2018, False),
        (2019, False),
    ]
    assert [mark.label for mark in chart.marks] == ["121", "0", "64"]
    gap = next(slot.x for slot in chart.slots if slot.is_gap)
    assert all(not mark.x <= gap <= mark.x + mark.width for mark in chart.marks)
    assert next(mark for mark in chart.marks if mark.label == "0").y == BASELINE


def test_a_line_is_broken_where_a_year_is_missing_or_cut_short() -> None:
    years = {str(year): float(year - 1990) for year in range(1990, 2012) if year != 2000}
    chart = draw(["total"], cells({"total": {**years, "2012-01/2012-03": 4}}), "en")
    assert chart
    assert not chart.is_bars
    lengths = [len(line.points.split()) for line in chart.lines]
    assert lengths == [10, 11]
    assert len(chart.marks) == 22
    assert [mark.is_part for mark in chart.marks][-1]


def test_a_number_of_several_years_is_not_drawn() -> None:
    assert draw(["total"], cells({"total": {"2016/2018": 56, "2019": 3}}), "en") is None


def test_the_axis_reaches_the_highest_number() -> None:
    for highest in (1, 3, 9, 56, 110, 322, 1233, 99_999):
        chart = draw(["total"], cells({"total": {"2020": highest, "2021": 0}}), "en")
        assert chart
        assert min(mark.y for mark in chart.marks) >= chart.ticks[-1].y
        assert 2 <= len(chart.ticks) <= 6
