"""Out as CSV and in again: the same figure; and no cell that a spreadsheet would calculate (S-26)."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from app.figures.csv_cells import DANGEROUS, plain_cell, safe_cell
from app.figures.export import figure_csv
from app.figures.importing import import_figures
from app.figures.service import get_figure
from app.i18n import LANGUAGES
from app.permissions import VISITOR
from seed_data.figures import FILE
from seed_data.read import FOLDER
from tests.figures.conftest import csv_file

INDICATORS = ("dk-assessed-victims", "no-possible-victims", "no-criminal-cases", "no-support", "se-identified-victims")
FORMULAS = ("=1+1", "+4711", "-5 of them", "@SUM(A1)", "'=1", "''+1", "\tx", "'plain", "plain", "")


@given(st.text() | st.sampled_from(FORMULAS) | st.tuples(st.sampled_from(DANGEROUS), st.text()).map("".join))
def test_no_cell_reads_as_a_formula_and_every_cell_reads_back(text: str) -> None:
    assert not safe_cell(text).startswith(DANGEROUS)
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_reads_back_as_it_was(store: Session, tmp_path: Path, indicator: str, language: str) -> None:
    import_figures(store, FOLDER / FILE)
    store.flush()
    before = get_figure(store, VISITOR, language, indicator)
    path = csv_file(tmp_path, figure_csv(before))
    assert import_figures(store, path).unchanged == (indicator,)
    store.rollback()
    assert import_figures(store, path).new == (indicator,)
    store.flush()
    assert get_figure(store, VISITOR, language, indicator) == before


def test_texts_that_look_like_formulas_come_back_unharmed(store: Session, tmp_path: Path) -> None:
    import_figures(store, FOLDER / FILE)
    figure = get_figure(store, VISITOR, "en", "is-investigations")
    text = figure_csv(figure).replace("Trafficking cases under investigation.", '"\'=HYPERLINK(""x"")"')
    assert import_figures(store, csv_file(tmp_path, text)).changed == ("is-investigations",)
    store.flush()
    changed = get_figure(store, VISITOR, "en", "is-investigations")
    assert changed.definition.value == '=HYPERLINK("x")'
    cells = [cell for row in csv.reader(io.StringIO(figure_csv(changed)[1:])) for cell in row]
    assert '\'=HYPERLINK("x")' in cells
    assert not [cell for cell in cells if cell.startswith(DANGEROUS)]


def test_every_row_carries_its_caveats_and_its_source(store: Session) -> None:
    import_figures(store, FOLDER / FILE)
    text = figure_csv(get_figure(store, VISITOR, "en", "no-possible-victims"))
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert len(rows) == 16
    for row in rows:
        assert "Hidden numbers must be considered." in row["standing_caveat"]
        assert row["caveat"]
        assert "54 of 204" in row["contradiction"]
        assert row["source_publisher"] == "National Police Directorate, Norway"
