from pathlib import Path

import pytest

from tests.bench import engines, load
from tests.bench.search import SMOKE, run
from tests.operations.postgres import debian_binaries
from tests.search import meili

pytestmark = pytest.mark.full


def test_the_bench_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It asserts by itself that its ratios are finite and its answers not empty; how fast it is, is not for a test."""
    run(tmp_path, SMOKE)
    assert "tantivy alone" in capsys.readouterr().out


def test_the_engines_are_measured_side_by_side(
    words_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words").symlink_to(words_dir)
    measured = {one.system: one for one in engines.run(tmp_path, engines.SMOKE)}
    told = capsys.readouterr().out
    assert ("Meilisearch" in measured) is meili.is_present()
    assert {"embedded", "SQLite FTS5"} <= set(measured)
    assert debian_binaries() is None or "PostgreSQL" in measured
    for one in measured.values():
        assert f"| {one.system} |" in told
        assert one.asked.found >= one.asked.shown > 0
        assert one.passages_per_second > 0
    for one in measured.values():
        if one.system == "Meilisearch":
            ours = measured["embedded"].asked
            assert (one.asked.found, one.asked.shown) == (ours.found, ours.shown)


@pytest.mark.postgres
def test_a_load_of_readers_meets_no_error(seeded: Path, tmp_path: Path) -> None:
    result = load.run(tmp_path, seeded, readers=4, seconds=4)
    assert not result.errors
    assert result.visits >= result.readers
    assert result.written > 0
    assert {"embedded", *(["meilisearch"] if meili.is_present() else [])} <= set(result.behind)
