import pytest

from search.citations import citations


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("§ 257", "cite:257"),
        ("§257", "cite:257"),
        ("strl. § 257 bokstav b", "cite:257"),
        ("straffelovens § 262 a om menneskehandel", "cite:262a"),
        ("§ 257 i straffeloven", "cite:257"),
        ("RL 25:3", "cite:25:3"),
        ("RL 25:3a", "cite:25:3a"),
        ("BrB 4:1 a", "cite:4:1a"),
        ("BrB 4 kap 1 a §", "cite:4:1a"),
        ("4 kap. 1 a § brottsbalken", "cite:4:1a"),
        ("rikoslain 25 luvun 3 §", "cite:25:3"),
        ("chapter 25, section 3 of the Criminal Code", "cite:25:3"),
        ("227. gr. a almennra hegningarlaga", "cite:227a"),
        ("Section 5 of the act", "cite:5"),
    ],
)
def test_forms(text: str, key: str) -> None:
    assert [one.key for one in citations(text)] == [key]


@pytest.mark.parametrize(
    "text", ["", "257", "12:30", "kl 12:30", "open 8:15", "25 luvulla", "the year 1997", "§", "section"]
)
def test_what_is_no_citation(text: str) -> None:
    assert citations(text) == []


def test_several_in_order() -> None:
    text = "Se § 257 og § 258, jf. RL 25:3."
    found = citations(text)
    assert [one.key for one in found] == ["cite:257", "cite:258", "cite:25:3"]
    assert [text[one.start : one.end] for one in found] == ["§ 257", "§ 258", "25:3"]
