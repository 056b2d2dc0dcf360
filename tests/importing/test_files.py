"""Documents handed out: to whom, with which headers, and what is never handed out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.db import transaction
from app.library.documents import FOR_VIEWERS, SANDBOX
from app.library.files import PICTURE, FileStore, digest_of
from app.library.models import File, Material, PublicationStatus
from app.main import create_app
from app.middleware import CONTENT_SECURITY_POLICY
from app.permissions import Visibility
from app.state import Portal
from tests.conftest import BASE_URL
from tests.importing.conftest import taken
from tests.importing.small_documents import HONEST, docx_file, html_file, pdf, write
from tests.page_client import PageClient

NAME = 'kierros "ä"\u2028.pdf'


@pytest.fixture
def reader(stocked: Portal) -> TestClient:
    app = create_app(stocked.settings)
    app.state.portal = stocked
    return TestClient(app, base_url=BASE_URL)


def address(material_id: str, data: bytes) -> str:
    return f"/en/materials/{material_id}/files/{digest_of(data)}"


@pytest.fixture
def licensed(stocked: Portal, tmp_path: Path) -> dict[str, bytes]:
    """Material id → its document."""
    documents = {"a-pdf": (NAME, pdf()), "a-page": ("page.html", html_file()), "a-docx": ("x.docx", docx_file())}
    for material_id, (name, data) in documents.items():
        (line,) = taken(stocked, write(tmp_path, name, data), id=material_id, licence="CC-BY-4.0")
        assert line.reason is None
    return {material_id: data for material_id, (_, data) in documents.items()}


def test_s19_a_checked_pdf_opens_in_the_browser(reader: TestClient, licensed: dict[str, bytes]) -> None:
    response = reader.get(address("a-pdf", licensed["a-pdf"]))
    assert response.status_code == 200
    assert response.content == licensed["a-pdf"]
    assert response.headers["content-type"] == "application/pdf"
    disposition = response.headers["content-disposition"]
    assert disposition.startswith("inline; filename*=utf-8''")
    assert disposition.isascii()
    assert '"' not in disposition.removeprefix("inline; filename*=utf-8''")
    assert response.headers["content-security-policy"] == FOR_VIEWERS
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("material_id", ["a-page", "a-docx"])
def test_s19_anything_else_is_a_download_in_a_sandbox(
    material_id: str, reader: TestClient, licensed: dict[str, bytes]
) -> None:
    response = reader.get(address(material_id, licensed[material_id]))
    assert response.status_code == 200
    assert response.headers["content-disposition"].startswith("attachment;")
    assert response.headers["content-security-policy"] == SANDBOX != CONTENT_SECURITY_POLICY
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_picture_of_the_first_page(reader: TestClient, licensed: dict[str, bytes]) -> None:
    response = reader.get(address("a-pdf", licensed["a-pdf"]) + "/page-1.png")
    assert response.content.startswith(b"\x89PNG")
    assert response.headers["content-type"] == "image/png"
    assert reader.get(address("a-docx", licensed["a-docx"]) + "/page-1.png").status_code == 404


def test_an_unchanged_file_is_not_sent_again(reader: TestClient, licensed: dict[str, bytes]) -> None:
    path = address("a-pdf", licensed["a-pdf"])
    part = reader.get(path, headers={"range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"%PDF")


@pytest.mark.parametrize(
    "change",
    [
        {"status": PublicationStatus.DRAFT},
        {"status": PublicationStatus.WITHDRAWN},
        {"visibility": Visibility.GREEN},
        {"licence": None},
    ],
)
def test_what_may_not_be_seen_or_copied_is_not_handed_out(
    change: dict[str, object], reader: TestClient, stocked: Portal, licensed: dict[str, bytes]
) -> None:
    with transaction(stocked.database) as session:
        found = session.get_one(Material, "a-pdf")
        for name, value in change.items():
            setattr(found, name, value)
    path = address("a-pdf", licensed["a-pdf"])
    assert reader.get(path).status_code == 404
    assert reader.get(f"{path}/page-1.png").status_code == 404


def test_without_a_licence_the_text_is_searched_and_not_shown(
    reader: TestClient, stocked: Portal, tmp_path: Path
) -> None:
    taken(stocked, write(tmp_path, "round.pdf", HONEST["round.pdf"]()), id="unlicensed")
    tree = PageClient(reader).get("/en/materials/unlicensed")
    assert tree.css_first("#passages") is None
    assert tree.css_first("#files") is not None
    assert "no licence" in tree.body.text() if tree.body else False
    assert not [node for node in tree.css("main a[href]") if "/files/" in (node.attributes.get("href") or "")]


def test_the_page_says_what_is_known_of_viruses_and_scripts(
    reader: TestClient, stocked: Portal, licensed: dict[str, bytes]
) -> None:
    pages = PageClient(reader)
    with transaction(stocked.database) as session:
        session.get_one(File, (digest_of(licensed["a-docx"]), "a-docx")).scanned_at = datetime(2026, 3, 1, tzinfo=UTC)
    told = {}
    for name in licensed:
        sections = pages.get(f"/en/materials/{name}").css("section[aria-labelledby=files]")
        told[name] = " ".join(section.text() for section in sections)
    assert "Not scanned for viruses. Active content" in told["a-pdf"]
    assert "Not scanned for viruses. This is a web page and may hold scripts" in told["a-page"]
    assert "A virus scanner found nothing on 1 March 2026." in told["a-docx"]
    assert not any("clean" in text for text in told.values())


def test_a_document_of_the_portal_is_led_to(reader: TestClient, licensed: dict[str, bytes]) -> None:
    page = PageClient(reader).get("/en/materials/a-pdf")
    assert page.css_first("main a.button[href='#files']") is not None
    assert "No address is known" not in " ".join(node.text() for node in page.css("main"))
    assert [section for section in page.css("section[aria-labelledby=topics]") if not section.css("li")] == []


def test_the_api_tells_files_and_passages_as_the_page_does(
    reader: TestClient, stocked: Portal, licensed: dict[str, bytes], tmp_path: Path
) -> None:
    body = "First page. " + "word " * 90 + "\n\n#pagebreak()\nSecond page. " + "word " * 90
    path = write(tmp_path, "two.pdf", pdf(body))
    taken(stocked, path, id="two-pages", licence="CC-BY-4.0", language="en")
    detail = reader.get("/api/v1/materials/two-pages?lang=fi").json()
    (file,) = detail["files"]
    assert (file["pages"], file["scanned_at"], file["media_type"]) == (2, None, "application/pdf")
    assert reader.get(file["url"]).content == path.read_bytes()
    assert reader.get(file["picture_url"]).status_code == 200
    answer = reader.get("/api/v1/materials/two-pages/passages?lang=fi").json()
    assert answer["total"] == detail["passages"] == len(answer["items"])
    numbers = [item["page"] for item in answer["items"]]
    assert [item["url"] for item in answer["items"]] == [f"{file['url']}#page={number}" for number in numbers]
    assert numbers == sorted(numbers)
    second = reader.get("/api/v1/materials/two-pages/passages?document_page=2&per_page=1").json()
    assert second["items"][0]["text"].startswith("Second page.")
    assert second["withheld"] is False
    assert reader.get("/api/v1/materials/two-pages/passages?document_page=0").status_code == 422


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"licence": None}, 200),
        ({"status": PublicationStatus.DRAFT}, 404),
        ({"status": PublicationStatus.WITHDRAWN}, 404),
        ({"visibility": Visibility.AMBER}, 404),
    ],
)
def test_the_api_hands_out_no_more_than_the_page(
    change: dict[str, object], status: int, reader: TestClient, stocked: Portal, licensed: dict[str, bytes]
) -> None:
    assert reader.get("/api/v1/materials/a-pdf/passages").json()["total"] > 0
    with transaction(stocked.database) as session:
        found = session.get_one(Material, "a-pdf")
        for name, value in change.items():
            setattr(found, name, value)
    response = reader.get("/api/v1/materials/a-pdf/passages")
    assert response.status_code == reader.get("/api/v1/materials/a-pdf").status_code == status
    if status == 200:
        answer = response.json()
        assert (answer["total"], answer["items"], answer["withheld"]) == (0, [], True)
        detail = reader.get("/api/v1/materials/a-pdf").json()
        assert (detail["files"], detail["passages"]) == ([], 0)


def test_a_file_answers_under_its_own_material_only(reader: TestClient, licensed: dict[str, bytes]) -> None:
    assert reader.get(address("a-docx", licensed["a-pdf"])).status_code == 404
    assert reader.get(address("a-pdf", b"something else")).status_code == 404


@pytest.mark.parametrize(
    "digest", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "0" * 63, "0" * 65, "A" * 64, "%00" * 64, "0" * 64 + "%0a"]
)
def test_f25_no_name_becomes_a_path(digest: str, reader: TestClient) -> None:
    assert reader.get(f"/en/materials/a-pdf/files/{digest}").status_code == 404


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "\n"])
def test_f25_the_store_takes_digests_only(digest: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        FileStore(tmp_path).path(digest)


def test_f05_bytes_are_kept_under_their_own_digest_only(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with pytest.raises(ValueError, match="digest"):
        store.keep("0" * 64, b"other bytes")
    store.keep(digest_of(b"these"), b"these")
    store.keep(digest_of(b"these"), b"picture", PICTURE)
    store.drop([digest_of(b"these")])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
