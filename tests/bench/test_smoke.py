from pathlib import Path

import pytest

from tests.bench.search import SMOKE, run


@pytest.mark.full
def test_the_bench_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It asserts by itself that its ratios are finite and its answers not empty; how fast it is, is not for a test."""
    run(tmp_path, SMOKE)
    assert "tantivy alone" in capsys.readouterr().out
