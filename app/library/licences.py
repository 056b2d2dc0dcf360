"""Licences by their SPDX id: the name people know and the address of the deed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """`url` is None where only the id is known."""

    id: str
    name: str
    url: str | None


_KNOWN = (
    Licence(
        "CC-BY-SA-4.0",
        "Creative Commons Attribution-ShareAlike 4.0 International",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
)
LICENCES = {licence.id: licence for licence in _KNOWN}


def licence(spdx_id: str | None) -> Licence | None:
    """None means that no licence statement is known: the document may be linked and quoted, not copied."""
    return LICENCES.get(spdx_id, Licence(spdx_id, spdx_id, None)) if spdx_id else None
