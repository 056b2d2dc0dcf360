"""What a text says of itself: each proposal, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.extraction.result import Block, BlockKind, Sheet
from app.importing.passages import MOST_WORDS, texts_of
from app.importing.proposals import identifiers, language_of, licence_of
from app.importing.rows import slug
from app.importing.structure import practices_of
from app.publishing.personal_patterns import personal_patterns
from tests.importing.report import PARAGRAPHS


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Ministry, CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("lisensiert CC-BY-NC-ND 3.0", "CC-BY-NC-ND-3.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.sv", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC0", "CC0-1.0"),
        ("Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
        ("Creative Commons Erkännande 4.0", "CC-BY-4.0"),
        ("CC BY", None),
        ("All rights reserved", None),
        ("cc by mail 4.0", None),
    ],
)
def test_licences_are_spdx_ids(text: str, licence: str | None) -> None:
    assert licence_of(text) == licence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISBN PDF 978-0-00-000000-2", ("ISBN 978-0-00-000000-2",)),
        ("ISBN: 9780000000002", ("ISBN 978-0-00-000000-2",)),
        ("ISBN 978-0-00-000000-3", ()),
        ("ISSN 2049-3630", ("ISSN 2049-3630",)),
        ("ISSN 2049-3631", ()),
        ("tel. 978-0-00-000000-2", ()),
        ("https://doi.org/10.5555/12345678.", ("DOI 10.5555/12345678",)),
        (
            "https://urn.example/URN:ISBN:978-0-00-000000-2 and ISBN 978-0-00-000000-2",
            ("URN:ISBN:978-0-00-000000-2", "ISBN 978-0-00-000000-2"),
        ),
        ("urn:nbn:se:kth:diva-123", ("URN:NBN:se:kth:diva-123",)),
    ],
)
def test_identifiers_have_their_checksum(text: str, found: tuple[str, ...]) -> None:
    assert identifiers(text) == found


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_languages_are_told_apart(language: str) -> None:
    assert [language_of(text) for text in PARAGRAPHS[language]] == [language] * len(PARAGRAPHS[language])


def test_too_little_text_leaves_what_the_file_says() -> None:
    assert language_of("Moi", "fi-FI") == "fi"
    assert language_of("Hei", "no") == "nb"
    assert language_of("Hej", "de") is None


@given(st.lists(st.text(alphabet="abcå .!?\n-", min_size=1, max_size=900), max_size=12))
def test_passages_lose_no_word_and_are_never_too_long(texts: list[str]) -> None:
    blocks = [Block(BlockKind.TEXT, text) for text in texts]
    found = list(texts_of(blocks))
    assert " ".join(found).split() == " ".join(texts).split()
    assert all(0 < len(passage.split()) <= MOST_WORDS for passage in found)


@pytest.mark.parametrize(
    ("factors", "advice"),
    [
        ("Success factors of a shelter", "Recommendations for Nordic cooperation"),
        ("Succesfaktorer", "Anbefalinger"),
        ("Suksessfaktorer for samarbeidet", "Anbefalinger"),
        ("Framgångsfaktorer", "Rekommendationer"),
        ("Onnistumisen edellytykset", "Suositukset"),
        ("Árangursþættir", "Ráðleggingar"),
    ],
)
def test_c18_lists_are_known_by_their_headings(factors: str, advice: str) -> None:
    def block(kind: BlockKind, text: str) -> Block:
        return Block(kind, text)

    sheets = [
        Sheet(4, (block(BlockKind.HEADING, "2.1 Norway: A house"), block(BlockKind.TEXT, "Long text here."))),
        Sheet(5, (block(BlockKind.HEADING, factors), block(BlockKind.ITEM, "Open doors"))),
        Sheet(6, (block(BlockKind.ITEM, "Trust"), block(BlockKind.TEXT, advice), block(BlockKind.ITEM, "Pay"))),
        Sheet(7, (block(BlockKind.HEADING, "2.2 Sweden"), block(BlockKind.ITEM, "No advice, only a list"))),
    ]
    (found,) = practices_of(sheets)
    assert (found.title, found.page) == ("Norway: A house", 4)
    assert (found.factors, found.advice) == ((5, "Open doors Trust"), (6, "Pay"))


def test_c18_a_sentence_about_recommendations_is_no_heading() -> None:
    blocks = (
        Block(BlockKind.HEADING, "1.1 Work"),
        Block(BlockKind.TEXT, "Recommendations were made by the experts in the spring."),
        Block(BlockKind.ITEM, "An item"),
    )
    assert practices_of([Sheet(1, blocks)]) == ()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("010190-1234", ("national identity number",)),
        ("131052-308T", ("national identity number",)),
        ("131052+308X", ("national identity number",)),
        ("640823-3234", ("national identity number",)),
        ("640883-3231", ("national identity number",)),
        ("19640823-3234", ("national identity number",)),
        ("write to firstname.lastname@example.org", ("mail address of a person",)),
        ("write to registry@example.org", ()),
        ("+47 412 34 567", ("phone number that may be a person's",)),
        ("organisation number 202100-2114, ISBN 978-0-00-000000-2, ISSN 2049-3630", ()),
        ("in 2019-2020 and 2021, 85 experts and 216 guests", ()),
        ("", ()),
    ],
)
def test_personal_patterns(text: str, kinds: tuple[str, ...]) -> None:
    assert personal_patterns(f"words {text} words") == kinds


def test_slugs_keep_to_letters() -> None:
    assert slug("Hlið við hlið: Þjóð & ærð / Ångström") == "hlid-vid-hlid-thjod-aerd-angstrom"
    assert slug("  …  ") == ""
