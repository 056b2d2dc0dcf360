"""The settings as a page for whoever runs the portal: docs/settings.md."""

from pydantic import SecretStr

from app.settings import Settings


def settings_page() -> str:
    rows = [
        f"| `SAMBAND_{name.upper()}` | {_default(name)} | {field.description or ''} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        (
            "# Settings",
            "",
            "Every setting is an environment variable. This page is what `samband settings` prints.",
            "",
            "| variable | default | meaning |",
            "|---|---|---|",
            *rows,
            "",
        )
    )


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    return "–" if isinstance(value, SecretStr) or value == "" else f"`{value}`"
