"""The columns of a table of figures: one number a row, and everything that must stand beside it on the same row."""

IDENTITY = ("indicator", "country", "language")
TEXTS = ("title", "definition", "caveat", "contradiction")
SOURCE = ("source_publisher", "source_title", "source_url", "source_date")
OF_INDICATOR = (*IDENTITY, "unit", *TEXTS, "machine_assisted", "partitions", *SOURCE, "as_of")
OF_SERIES = ("series", "series_label", "series_caveat", "breakdown")
OF_NUMBER = ("period", "value", "approximate", "note")
STANDING = "standing_caveat"
"""Written into every file; the portal knows it and reads over it."""
COLUMNS = (*IDENTITY, *OF_SERIES, *OF_NUMBER, *OF_INDICATOR[len(IDENTITY) :], STANDING)
REQUIRED = frozenset(
    {
        "indicator",
        "country",
        "language",
        "unit",
        "title",
        "definition",
        "caveat",
        "source_publisher",
        "source_title",
        "series",
        "series_label",
        "period",
        "value",
    }
)
BETWEEN_SOURCES = " | "
BETWEEN_WORDS = ";"
YES = "yes"
