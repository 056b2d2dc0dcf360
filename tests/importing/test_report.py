"""A whole report: sixty pages, six languages. Each passage on its page, each list a record, no identifier lost."""

from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import sync
from app.db import reading
from app.extraction.result import Extract
from app.extraction.sandbox import extract
from app.importing.passages import FEWEST_WORDS, MOST_WORDS, Piece, pieces_of
from app.importing.service import Fate
from app.library.models import Edition, EditionKind, File, Material, MaterialRelation, Passage, RelationKind
from app.main import create_app
from app.state import Portal
from tests.conftest import BASE_URL
from tests.importing import report
from tests.importing.conftest import taken
from tests.page_client import PageClient

WHOLE = "side-by-side"


@pytest.fixture(scope="module")
def extracted(report_pdf: Path) -> Extract:
    return extract("pdf", report_pdf.read_bytes())


@pytest.fixture(scope="module")
def pieces(extracted: Extract) -> tuple[Piece, ...]:
    return pieces_of(extracted.sheets)


def test_the_report_has_sixty_pages_and_a_picture_of_the_first(extracted: Extract) -> None:
    assert extracted.pages == report.PAGES
    assert extracted.picture is not None


def test_each_page_is_told_on_its_page_only(pieces: tuple[Piece, ...]) -> None:
    for told in report.pages():
        pages = [piece.page for piece in pieces if told.sentence in piece.text.replace("\n", " ")]
        assert pages == [told.page], told.topic


def test_passages_have_their_length(pieces: tuple[Piece, ...]) -> None:
    """A page that holds less gives what it has: the title page."""
    lengths = [len(piece.text.split()) for piece in pieces]
    assert max(lengths) <= MOST_WORDS
    assert sum(length >= FEWEST_WORDS for length in lengths) >= len(lengths) - 1


def test_no_passage_holds_the_list_of_contents_or_running_titles(pieces: tuple[Piece, ...]) -> None:
    text = " ".join(piece.text for piece in pieces)
    assert "....." not in text
    assert "Samband test reports" not in text
    contents = report.FRONT_PAGES
    assert contents not in {piece.page for piece in pieces}


def test_tables_and_footnotes_are_read(pieces: tuple[Piece, ...]) -> None:
    for told in report.pages():
        if told.listed is None:
            words = " ".join(piece.text for piece in pieces if piece.page == told.page)
            assert str(told.page * 7) in words
            assert str(told.page * 11) in words
    noted = [told for told in report.pages() if told.page % 5 == 0]
    assert noted
    for told in noted:
        words = " ".join(piece.text for piece in pieces if piece.page == told.page)
        assert f"{told.topic.capitalize()}, {told.page}." in words


def test_words_broken_at_the_end_of_a_line_are_whole(extracted: Extract) -> None:
    words = {word for sheet in extracted.sheets for block in sheet.blocks for word in block.text.split()}
    written = {word for texts in report.PARAGRAPHS.values() for text in texts for word in text.split()}
    assert written <= words


def test_c17_identity_is_kept(with_report: Portal) -> None:
    with reading(with_report.database) as session:
        found = session.get(Material, WHOLE)
        assert found is not None
        assert found.identifiers == [
            report.URN, f"ISBN {report.ISBN}", f"ISSN {report.ISSN}", f"DOI {report.DOI}",
        ]  # fmt: skip
        assert (found.licence, found.year, found.language) == ("CC-BY-SA-4.0", 2024, "en")
        editions = {edition.language: edition for edition in editions_of(session)}
    assert {language: edition.title for language, edition in editions.items()} == report.TITLES
    for language, edition in editions.items():
        assert edition.kind is (EditionKind.ORIGINAL if language == "en" else EditionKind.SUMMARY)
        assert edition.abstract == " ".join(report.PARAGRAPHS[language][:2])
        assert edition.is_abstract_quoted


def editions_of(session: Session) -> list[Edition]:
    return list(session.exec(select(Edition).where(Edition.material_id == WHOLE)))


def test_each_passage_is_in_its_own_language(with_report: Portal) -> None:
    with reading(with_report.database) as session:
        rows = session.exec(select(Passage).where(Passage.material_id == WHOLE)).all()
    languages = {row.page: row.language for row in rows}
    met = Counter(languages[told.page] == told.language for told in report.pages())
    assert met[True] >= len(report.pages()) - 1


def test_c18_practices_become_records(with_report: Portal) -> None:
    listed = {told.listed.title: told for told in report.pages() if told.listed}
    with reading(with_report.database) as session:
        relations = select(MaterialRelation.material_id).where(
            MaterialRelation.target_id == WHOLE, MaterialRelation.kind == RelationKind.PART_OF
        )
        ids = session.exec(relations).all()
        editions = session.exec(select(Edition).where(col(Edition.material_id).in_(ids))).all()
        assert {edition.title for edition in editions} == set(listed)
        for edition in editions:
            told = listed[edition.title]
            assert told.listed is not None
            assert tuple(edition.success_factors) == told.listed.success_factors
            assert tuple(edition.recommendations) == told.listed.recommendations
            part = session.get(Material, edition.material_id)
            assert part is not None
            assert (part.type, part.licence) == ("practice", "CC-BY-SA-4.0")
            pages = session.exec(select(Passage.page).where(Passage.material_id == part.id)).all()
            assert set(pages) == {told.page}
        denmark = next(edition for edition in editions if edition.title.startswith("Denmark"))
        assert session.get_one(Material, denmark.material_id).countries == ["DK"]


def test_concepts_are_tagged(with_report: Portal) -> None:
    with reading(with_report.database) as session:
        found = session.get_one(Material, WHOLE)
    assert found.concepts
    assert set(found.concepts) <= set(with_report.vocabulary.concepts)
    assert found.themes


@pytest.fixture(scope="module")
def reader(with_report: Portal) -> TestClient:
    """The portal with the report, served; the index has caught up."""
    sync.catch_up(with_report)
    app = create_app(with_report.settings)
    app.state.portal = with_report
    return TestClient(app, base_url=BASE_URL)


def test_a_search_leads_to_the_page(reader: TestClient) -> None:
    """A word also stands for its translations: then it may lead to the page that tells of it in another language."""
    asked = [told for told in report.pages() if told.listed is None][::4]
    exact = 0
    for told in asked:
        tree = PageClient(reader).get(f"/{told.language}/search?q={told.topic}&kind=material")
        links = [node.attributes.get("href") or "" for node in tree.css(".result a")]
        pages = {int(link.split("#page=")[1]) for link in links if f"/materials/{WHOLE}/files/" in link}
        assert pages & report.pages_about(told), told.topic
        exact += told.page in pages
    assert exact >= len(asked) - 2


def test_the_page_of_the_report_shows_its_document(reader: TestClient, report_pdf: Path) -> None:
    tree = PageClient(reader).get(f"/en/materials/{WHOLE}")
    links = [node.attributes.get("href") or "" for node in tree.css("main a[href]")]
    files = [link for link in links if "/files/" in link]
    with_pages = {link.split("#page=")[1] for link in files if "#page=" in link}
    assert {str(told.page) for told in report.pages() if told.language == "en"} <= with_pages
    assert reader.get(files[0].split("#")[0]).content == report_pdf.read_bytes()
    pictures = [node.attributes.get("src") or "" for node in tree.css("main img")]
    assert reader.get(pictures[0]).content.startswith(b"\x89PNG")


def test_practices_have_pages_of_their_own(reader: TestClient, with_report: Portal) -> None:
    with reading(with_report.database) as session:
        ids = session.exec(select(MaterialRelation.material_id).where(MaterialRelation.target_id == WHOLE)).all()
    for material_id in ids:
        tree = PageClient(reader).get(f"/en/materials/{material_id}")
        assert tree.css_first("#success") is not None
        assert tree.css_first("#recommendations") is not None


def test_the_same_report_again_changes_nothing(stocked: Portal, report_pdf: Path) -> None:
    (first,) = taken(stocked, report_pdf)
    assert first.fate is Fate.TAKEN
    before = rows_of(stocked)
    (again,) = taken(stocked, report_pdf)
    assert (again.fate, again.material) == (Fate.UNCHANGED, first.material)
    assert rows_of(stocked) == before


def test_c17_a_catalogued_report_is_found_by_its_identifier(stocked: Portal, report_pdf: Path, tmp_path: Path) -> None:
    """What the library says of it in its own words stays, its parts too; no second record comes beside it."""
    record = tmp_path / "known.yaml"
    record.write_text(
        f"- id: known-report\n  title: Known already\n  language: en\n  type: seminar-report\n"
        f"  abstract: In our own words.\n  identifiers: ['ISBN {report.ISBN}']\n"
        f"- id: a-part-of-it\n  title: A part\n  language: en\n  part_of: known-report\n"
        f"  identifiers: ['ISBN {report.ISBN}']\n"
    )
    assert {line.fate for line in taken(stocked, record)} == {Fate.TAKEN}
    (line,) = taken(stocked, report_pdf)
    assert line.material == "known-report"
    assert "4 sections list practices; the library describes 1 parts already" in line.notes
    with reading(stocked.database) as session:
        edition = session.get_one(Edition, ("known-report", "en"))
        assert (edition.title, edition.abstract) == ("Known already", "In our own words.")
        assert not edition.is_abstract_quoted
        assert session.get_one(Material, "known-report").type == "seminar-report"
        assert session.exec(select(File).where(File.material_id == "known-report")).one().pages == report.PAGES


def rows_of(portal: Portal) -> tuple[int, ...]:
    with reading(portal.database) as session:
        return tuple(len(session.exec(select(model)).all()) for model in (Material, Edition, Passage, File))
