"""Six complete catalogues: nothing missing, stale, fuzzy, or with other placeholders than its message."""

from babel.messages.pofile import read_po

from app.i18n import LANGUAGES, LOCALE_DIR, catalogue_problems, extract_template, read_catalogue


def test_no_message_is_missing_or_stale() -> None:
    assert catalogue_problems() == []


def test_the_template_is_the_one_that_the_code_gives() -> None:
    with (LOCALE_DIR / "messages.pot").open("rb") as file:
        held = {(message.id, message.context) for message in read_po(file) if message.id}
    assert held == {(message.id, message.context) for message in extract_template() if message.id}


def test_translations_are_no_copies_of_the_english() -> None:
    """A few words are the same in two languages; a catalogue that was left in English is not."""
    for language in LANGUAGES:
        if language == "en":
            continue
        long = [
            message for message in read_catalogue(language) if isinstance(message.id, str) and message.id.count(" ") > 1
        ]
        copied = [message.id for message in long if message.string == message.id]
        assert copied == [], language
