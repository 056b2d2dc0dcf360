"""What the search page shows: results with their reasons, switches, filters, and the way on when nothing fits."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from app.directory.perspective import HOME_COUNTRIES
from app.discovery.cards import Card
from app.discovery.forms import FACETS, KINDS, NORDIC_GROUP, PARAMETER_NAMES, SearchForm, expanded
from app.discovery.labels import KIND_NAMES, type_label, value_label
from app.discovery.service import Result, SearchResults, count, nordic_count
from app.i18n import N_, collation_key, gettext
from app.pages import Pagination, Visit
from app.vocabulary.service import NORDIC, TERRITORIES, Text
from search.engine import FacetCount, Sort
from search.understand import AlsoSearched

SORT_NAMES = {
    Sort.RELEVANCE: N_("Best match first"),
    Sort.NEWEST: N_("Newest first"),
    Sort.TITLE: N_("By title"),
}
SHOWN_FACETS = ("country", "language", "theme", "audience", "type", "function", "form", "sector", "victim")
"""Concepts are chosen from the record or the concept page: a list of them all would help nobody."""
OPEN_FACETS = 4
SHOWN_OPTIONS = 6
FIRST_WORDS = 2
SAME_WORD_LETTERS = 5
COORDINATOR = "national-coordinator"


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """`group` stands above its `members`; `more` unfolds."""

    name: str
    label: str
    options: tuple[Option, ...]
    more: tuple[Option, ...] = ()
    group: Option | None = None
    members: tuple[Option, ...] = ()

    @property
    def is_chosen(self) -> bool:
        return any(option.is_chosen for option in (*self.options, *self.more, *self.members))


@dataclass(frozen=True, slots=True)
class Switch:
    """A word that was searched for as well; its link turns it off or on."""

    label: str
    language: str
    languages: tuple[str, ...]
    is_on: bool
    url: str


@dataclass(frozen=True, slots=True)
class SwitchRow:
    word: str
    switches: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class WhyLine:
    """`matched` in the record is what the reader's `word` means; `is_own` when it is that very word."""

    word: str
    matched: Text
    is_own: bool


@dataclass(frozen=True, slots=True)
class ResultRow:
    """`page_url` opens the document at the page of the snippet."""

    result: Result
    url: str
    kind: str
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    why: tuple[WhyLine, ...]
    coordinator_url: str
    page_url: str | None

    @property
    def card(self) -> Card:
        return self.result.card


@dataclass(frozen=True, slots=True)
class WayOn:
    """What to try when the right thing is not among the results."""

    broader: tuple[Link, ...]
    coordinator: Link
    without_filters: Link | None
    all_words: Link | None


@dataclass(frozen=True, slots=True)
class SearchPage:
    title: str
    form: SearchForm
    results: SearchResults
    rows: tuple[ResultRow, ...]
    corrections: tuple[Link, ...]
    countries_named: tuple[Link, ...]
    switches: tuple[SwitchRow, ...]
    chips: tuple[Link, ...]
    tabs: tuple[Tab, ...]
    facets: tuple[FacetGroup, ...]
    sorts: tuple[tuple[str, str], ...]
    pagination: Pagination
    left_outside: int | None
    left_out: tuple[tuple[str, str], ...]
    way_on: WayOn
    page_url: Callable[[int], str]

    @property
    def first_words(self) -> list[str]:
        """What the folded list of switches is announced with."""
        on = [switch.label for row in self.switches for switch in row.switches if switch.is_on]
        return on[:FIRST_WORDS]

    @property
    def has_more_chosen(self) -> bool:
        """Whether one of the filters that are folded away is in use."""
        has_years = self.form.year_from is not None or self.form.year_to is not None
        return has_years or any(facet.is_chosen for facet in self.facets[OPEN_FACETS:])


def make_search_page(
    visit: Visit, form: SearchForm, results: SearchResults, page_urls: Mapping[str, str]
) -> SearchPage:
    """`page_urls`: id of a material → its document at the page of the snippet."""
    text = results.understanding.text
    unfiltered = count(visit.portal, visit.reader, form.without_filters(), results.understanding)
    left_outside = max(0, unfiltered - results.total) if form.has_filters and unfiltered is not None else None
    return SearchPage(
        title=gettext("Search: %(text)s") % {"text": text} if text else gettext("Search"),
        form=form,
        results=results,
        rows=tuple(result_row(visit, result, results.understanding.language, page_urls) for result in results.results),
        corrections=tuple(
            Link(correction.text, address(visit, replace(form, text=correction.text, page=1, off=())))
            for correction in results.understanding.corrections
        ),
        countries_named=countries_named(visit, form, results),
        switches=switch_rows(visit, form, results.understanding.also_searched),
        chips=chips(visit, form),
        tabs=tabs(visit, form, results),
        facets=facet_groups(visit, form, results),
        sorts=tuple((sort.value, gettext(name)) for sort, name in SORT_NAMES.items()),
        pagination=Pagination(form.page, form.per_page, results.total),
        left_outside=left_outside,
        left_out=tuple((gettext(PARAMETER_NAMES[one.parameter]), one.value) for one in form.left_out),
        way_on=way_on(visit, form, results),
        page_url=partial(page_address, visit, form),
    )


def address(visit: Visit, form: SearchForm) -> str:
    pairs = form.pairs()
    return visit.url("search") + (f"?{urlencode(pairs)}" if pairs else "")


def page_address(visit: Visit, form: SearchForm, number: int) -> str:
    return visit.url("search") + f"?{urlencode([*form.pairs(), ('page', str(number))])}"


def result_row(visit: Visit, result: Result, language: str, page_urls: Mapping[str, str]) -> ResultRow:
    card = result.card
    kind = type_label(visit.vocabulary, card.type, visit.language) if card.kind == "material" and card.type else None
    names = {
        "organisation": gettext("Organisation"),
        "case": gettext("Case"),
        "concept": gettext("Concept"),
        "material": gettext("Material"),
    }
    return ResultRow(
        result=result,
        url=visit.url(card.path),
        kind=kind or names[card.kind],
        countries=tuple(visit.labels("countries", card.countries)),
        languages=tuple(visit.labels("languages", card.languages)),
        why=tuple(why_lines(result, language)),
        coordinator_url=coordinator_url(visit, card.countries[0] if card.countries else None),
        page_url=page_urls.get(card.id) if card.kind == "material" else None,
    )


def why_lines(result: Result, language: str) -> Iterable[WhyLine]:
    """What met what, once each; an inflected form of the reader's own word in their `language` is that word."""
    said: set[tuple[str, str]] = set()
    for why in result.why:
        word, matched = why.word.casefold(), why.matched.casefold()
        is_inflected = why.language == language and word[:SAME_WORD_LETTERS] == matched[:SAME_WORD_LETTERS]
        is_own = word == matched or is_inflected
        pair = (word, word if is_own else matched)
        if pair not in said:
            said.add(pair)
            yield WhyLine(why.word, Text(why.matched, why.language), is_own)


def countries_named(visit: Visit, form: SearchForm, results: SearchResults) -> tuple[Link, ...]:
    """A country in the question narrows nothing by itself: the reader may want to."""
    return tuple(
        Link(visit.label("countries", code), address(visit, form.with_filter("country", (code,))))
        for code in results.understanding.countries
        if not form.chosen("country")
    )


def switch_rows(visit: Visit, form: SearchForm, also_searched: Iterable[AlsoSearched]) -> tuple[SwitchRow, ...]:
    """One row for each word of the question; a label that several languages share is one switch."""
    rows: dict[str, dict[str, list[AlsoSearched]]] = {}
    for one in also_searched:
        rows.setdefault(one.word, {}).setdefault(one.label.casefold(), []).append(one)
    return tuple(
        SwitchRow(word, tuple(_switch(visit, form, same) for same in labels.values())) for word, labels in rows.items()
    )


def _switch(visit: Visit, form: SearchForm, same: list[AlsoSearched]) -> Switch:
    keys = tuple(one.key for one in same)
    is_on = any(one.is_on for one in same)
    concepts = {one.concept for one in same}
    kept = tuple(key for key in form.off if key not in keys and key not in concepts)
    return Switch(
        label=same[0].label,
        language=same[0].language,
        languages=tuple(dict.fromkeys(one.language for one in same)),
        is_on=is_on,
        url=address(visit, replace(form, off=(*kept, *keys) if is_on else kept, page=1)),
    )


def chips(visit: Visit, form: SearchForm) -> tuple[Link, ...]:
    """What narrows the results; following a chip takes it away. The kind is chosen by the tabs."""
    found = [
        Link(
            f"{gettext(PARAMETER_NAMES[facet])}: {value_label(visit.vocabulary, facet, value, visit.language)}",
            address(visit, form.without_value(facet, value)),
        )
        for facet in FACETS
        for value in form.chosen(facet)
    ]
    if form.year_from is not None or form.year_to is not None:
        years = f"{form.year_from or '…'}–{form.year_to or '…'}"
        found.append(Link(f"{gettext('Year')}: {years}", address(visit, form.without_years())))
    return tuple(found)


def tabs(visit: Visit, form: SearchForm, results: SearchResults) -> tuple[Tab, ...]:
    counts = {one.value: one.count for one in results.facets.get("kind", ())}
    if not counts:
        return ()
    chosen = form.chosen("kind")
    everything = Tab(gettext("All"), address(visit, form.with_filter("kind", ())), sum(counts.values()), not chosen)
    kinds = (
        Tab(gettext(KIND_NAMES[kind]), address(visit, form.with_filter("kind", (kind,))), counts[kind], kind in chosen)
        for kind in KINDS
        if counts.get(kind)
    )
    return (everything, *kinds)


def facet_groups(visit: Visit, form: SearchForm, results: SearchResults) -> tuple[FacetGroup, ...]:
    groups = []
    for name in SHOWN_FACETS:
        options = facet_options(visit, form, name, results.facets.get(name, ()))
        if not options:
            continue
        label = gettext(PARAMETER_NAMES[name])
        if name == "country":
            groups.append(country_group(visit, form, results, options))
        else:
            groups.append(FacetGroup(name, label, options[:SHOWN_OPTIONS], options[SHOWN_OPTIONS:]))
    return tuple(groups)


def facet_options(visit: Visit, form: SearchForm, name: str, counts: Iterable[FacetCount]) -> tuple[Option, ...]:
    """Chosen ones first among the long tail: what filters must be seen."""
    found = {one.value: one.count for one in counts}
    chosen, key = form.chosen(name), collation_key(visit.language)
    found |= {value: 0 for value in chosen if value not in found and value != NORDIC_GROUP}
    options = [
        Option(value, value_label(visit.vocabulary, name, value, visit.language), size, value in chosen)
        for value, size in found.items()
    ]
    return tuple(sorted(options, key=lambda option: (not option.is_chosen, -option.count, key(option.label))))


def country_group(visit: Visit, form: SearchForm, results: SearchResults, options: tuple[Option, ...]) -> FacetGroup:
    members = expanded((NORDIC_GROUP,))
    total = nordic_count(visit.portal, visit.reader, form, results)
    ordered = sorted(options, key=lambda option: option.value not in NORDIC)
    is_chosen = NORDIC_GROUP in form.chosen("country")
    group = Option(
        NORDIC_GROUP, value_label(visit.vocabulary, "country", NORDIC_GROUP, visit.language), total, is_chosen
    )
    return FacetGroup(
        name="country",
        label=gettext(PARAMETER_NAMES["country"]),
        options=tuple(option for option in ordered if option.value not in members),
        group=group,
        members=tuple(option for option in ordered if option.value in members),
    )


def way_on(visit: Visit, form: SearchForm, results: SearchResults) -> WayOn:
    vocabulary = visit.vocabulary
    asked = [concept.id for concept in results.understanding.concepts]
    broader = dict.fromkeys(
        wider for concept in asked if concept in vocabulary.concepts for wider in vocabulary.concepts[concept].broader
    )
    country = HOME_COUNTRIES.get(visit.language)
    coordinator = visit.label("functions", COORDINATOR)
    return WayOn(
        broader=tuple(
            Link(visit.concept(wider).value, visit.url("search", q=visit.concept(wider).value))
            for wider in broader
            if wider in vocabulary.concepts and wider not in asked
        ),
        coordinator=Link(
            f"{coordinator}, {visit.label('countries', country)}" if country else coordinator,
            coordinator_url(visit, country),
        ),
        without_filters=Link("", address(visit, form.without_filters())) if form.has_filters else None,
        all_words=Link("", address(visit, replace(form, off=(), page=1))) if form.off else None,
    )


def coordinator_url(visit: Visit, country: str | None) -> str:
    """The national coordinator of a country that has one, or has one named instead; elsewhere all of them."""
    has_page = country in (*NORDIC, *TERRITORIES)
    return visit.url(f"functions/{COORDINATOR}/{str(country).lower()}" if has_page else f"functions/{COORDINATOR}")
