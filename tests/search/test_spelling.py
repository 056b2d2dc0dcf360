import pytest

from search.spelling import Speller

SPELLER = Speller(["menneskehandel", "människohandel", "krisesenter", "uhri", "læge", "shelter"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("menskehandel", "menneskehandel"),
        ("mennesekhandel", "menneskehandel"),
        ("manniskohandl", "människohandel"),
        ("shleter", "shelter"),
        ("selter", "shelter"),
        ("krisesentre", "krisesenter"),
    ],
)
def test_nearest(typed: str, meant: str) -> None:
    assert SPELLER.nearest(typed) == meant


@pytest.mark.parametrize("typed", ["uhr", "uhrx", "shlet", "completely", "", "x" * 40, "12345678", "sheltering"])
def test_nothing_near(typed: str) -> None:
    assert SPELLER.nearest(typed) is None


def test_no_words() -> None:
    assert Speller([]).nearest("menneskehandel") is None
