"""Every setting is explained where whoever runs the portal looks for it."""

from app.settings import Settings
from app.settings_page import settings_page
from tests.house_rules import tree


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_page_of_settings_is_up_to_date() -> None:
    """Made by `samband settings > docs/settings.md`."""
    assert tree.text("docs/settings.md") == settings_page()


def test_the_environment_is_read_in_the_settings_only() -> None:
    readers = [name for name in tree.under("app/", "search/", "seed_data/", "migrations/") if reads(tree.text(name))]
    assert readers == []


def reads(source: str) -> bool:
    return "os.environ" in source or "getenv" in source
