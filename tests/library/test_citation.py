"""Citations that other programs can read, whatever stands in a title."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.library.citation import Citation, bibtex, one_line, ris

PLAIN = Citation(
    key="report-1",
    type="report",
    title="A report",
    language="en",
    author="HEUNI",
    year=2020,
    whole=None,
    identifiers=("URN:ISBN:978-952-259-988-9", "ISBN 978-952-259-988-9"),
    url="https://example.org/a_b?x=1&y=50%25",
    licence="CC-BY-SA-4.0",
)


def test_bibtex_names_the_institution_of_a_report() -> None:
    assert bibtex(PLAIN) == (
        "@techreport{report-1,\n  title = {{A report}},\n  author = {{HEUNI}},\n  institution = {{HEUNI}},\n"
        "  year = {2020},\n  language = {en},\n  isbn = {978-952-259-988-9},\n"
        "  url = {https://example.org/a_b?x=1&y=50%25},\n  note = {Licence: CC-BY-SA-4.0},\n}\n"
    )


def test_ris_lines_end_as_the_format_asks() -> None:
    assert ris(PLAIN).split("\r\n") == [
        "TY  - RPRT", "ID  - report-1", "TI  - A report", "AU  - HEUNI", "PB  - HEUNI", "PY  - 2020", "LA  - en",
        "SN  - 978-952-259-988-9", "UR  - https://example.org/a_b?x=1&y=50%25", "N1  - Licence: CC-BY-SA-4.0",
        "ER  - ", "",
    ]  # fmt: skip


def test_a_part_names_its_whole() -> None:
    part = replace(PLAIN, whole="The whole")
    assert "@incollection{" in bibtex(part)
    assert "  booktitle = {{The whole}}," in bibtex(part)
    assert "TY  - CHAP\r\n" in ris(part)
    assert "T2  - The whole\r\n" in ris(part)


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(PLAIN, author=None, year=None, identifiers=(), url=None, licence=None)
    assert bibtex(bare) == "@techreport{report-1,\n  title = {{A report}},\n  language = {en},\n}\n"
    assert [line[:2] for line in ris(bare).splitlines()] == ["TY", "ID", "TI", "LA", "ER"]


def test_characters_with_a_meaning_in_tex_are_escaped() -> None:
    assert r"title = {{50\% \& more\_of \#1 \{x\} \textbackslash{}y}}" in bibtex(
        replace(PLAIN, title="50% & more_of #1 {x} \\y")
    )


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_no_text_breaks_out_of_its_field(title: str, url: str) -> None:
    cited = replace(PLAIN, title=title, author=title, whole=title, url=url)
    for line in ris(cited).split("\r\n")[:-1]:
        assert re.match(r"^[A-Z][A-Z0-9]  - ", line)
        assert not re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", line)
    entry = re.sub(r"\\[{}]", "", bibtex(cited))
    depth = 0
    for position, letter in enumerate(entry):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        assert depth > 0 or position <= entry.index("{") or position >= len(entry) - 2
    assert depth == 0


@given(st.text(max_size=80))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_files_are_offered_under_the_name_of_the_record(client: TestClient) -> None:
    for name, start in (("bib", "@incollection{survivor-inclusion-2021,"), ("ris", "TY  - CHAP")):
        response = client.get(f"/fi/materials/survivor-inclusion-2021/cite.{name}")
        assert response.status_code == 200
        assert response.text.startswith(start)
        assert "CC-BY-SA-4.0" in response.text
        assert response.headers["content-disposition"] == f'attachment; filename="survivor-inclusion-2021.{name}"'
