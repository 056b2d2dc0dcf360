"""A practitioner's word, in any of the six languages and as it stands in a sentence, leads to the concept it means."""

from http import HTTPStatus

import pytest
from starlette.testclient import TestClient

from app.state import Portal
from seed_data.read import TRANSLATED, read_seed
from seed_data.records import ConceptRecord
from seed_data.references import Seed
from seed_data.topics import with_topics

LANGUAGES = ("en", "da", "fi", "is", "nb", "sv")
WORDS = {
    "psychiatric-care": "psychiatrists|psykiatrisk hjælp|psykiatriseen hoitoon|geðlæknar|psykiatrien|psykiatrisk vård",
    "psychotherapy": "psychotherapists|psykoterapi|psykoterapiaa|sálfræðimeðferðar|samtaleterapi|psykoterapeuter",
    "trauma": "traumatised|traumatiske oplevelser|traumat|áföllum|traumer|posttraumatisk stress",
    "trauma-stabilisation": "trauma therapy|traumebehandlingen|traumaterapiaa|áfallameðferðar|traumeterapi"
    "|stabilisering",
    "re-trafficking": "repeated victimisation|gentagen udnyttelse|toistuva uhriutuminen|endurtekin misnotkun"
    "|gjentatt utnyttelse|upprepad exploatering",
    "demand-reduction": "demand|efterspørgslen|kysyntää|eftirspurninni|etterspørselen|efterfrågan",
    "statistics": "victim statistics|offerstatistikken|uhritilastot|fjöldi þolenda|antall ofre|offerstatistiken",
    "annual-report": "annual reports|årsberetningen|vuosikatsaus|ársskýrslan|årsmeldinger|verksamhetsberättelsen",
    "action-plan": "action plans|handlingsplanen|toimintaohjelman|aðgerðaáætlunina|handlingsplaner|handlingsplanerna",
    "guidelines": "guideline|retningslinjerne|ohjeita|leiðbeiningum|retningslinjene|riktlinjerna",
    "identification": "victim identification|identificering|uhrien tunnistaminen|greining þolenda|identifisere ofre"
    "|identifiera offer",
    "multi-agency-cooperation": "interdisciplinary cooperation|tværfagligt samarbejde|moniammatillista yhteistyötä"
    "|þverfaglegu samstarfi|tverrfaglig samarbeid|tvärprofessionell samverkan",
    "motivating-cooperation": "cooperating with the police|samarbejde med politiet|yhteistyötä poliisin kanssa"
    "|samstarfi við lögreglu|samarbeid med politiet|samarbetar med polisen",
    "victims-rights": "victims' rights|ofrenes rettigheder|uhrien oikeuksia|réttindum þolenda|rettigheter for ofre"
    "|offrens rättigheter",
    "pandemic-effects": "lockdowns|coronapandemien|pandemian|kórónuveirunnar|koronapandemien|pandemins",
    "refugee-crisis": "refugees|flygtningene|pakolaisten|flóttamönnum|flyktningkrisen|flyktingarna",
    "petty-crime": "petty crimes|småtyverier|pikkurikoksia|smáglæpum|småkriminaliteten|småbrotten",
    "forced-begging": "beggars|tiggerne|kerjäläisiä|betlara|tiggere|tiggarna",
    "arranged-marriage": "arranged marriages|arrangerede ægteskaber|järjestetyn avioliiton|skipulögðu hjónabandi"
    "|arrangerte ekteskap|arrangerade äktenskapet",
    "domestic-work-sector": "domestic workers|hushjælpen|kotiapulaisena|húsverkum|husarbeid|hushållsarbetet",
    "boy-victim": "boys|drengene|poikien|drengjum|guttene|pojkarna",
    "relative-as-trafficker": "family trafficking|udnyttet af familien|perheen sisäisen ihmiskaupan"
    "|mansali innan fjölskyldu|foreldre som bakmenn|släktingar som förövare",
    "webcam-child-abuse": "live-streamed abuse|livestreamede overgreb|hyväksikäytön suoratoisto|beinstreymi"
    "|strømming av overgrep|direktsända övergrepp",
    "assisted-return": "voluntary returns|frivillige hjemrejser|vapaaehtoiseen paluuseen|sjálfviljugri heimför"
    "|frivillig hjemreise|återvändandet",
    "reintegration": "re-integration|reintegreringen|uudelleenintegraatio|enduraðlögunar|reintegrering|återanpassning",
    "proceeds-of-crime": "criminal assets|kriminelt udbytte|rikoshyödyn|ágóða af brotastarfsemi|straffbart utbytte"
    "|brottsvinsten",
    "asset-seizure": "seizing assets|beslaglagte aktiver|takavarikointi|haldlagningu fjármuna|beslagleggelsen"
    "|beslagtagna tillgångar",
    "compensation": "compensation|erstatningskravet|korvausta|skaðabótakröfu|erstatningskrav|skadeståndskravet",
    "non-punishment-principle": "non-punishment|strafrihed|rankaisemattomuuden|refsileysi|straffriheten|straffrihet",
    "impunity": "impunity|straffrihed|rankaisemattomuus|refsileysi|straffefriheten|straflöshet",
    "seasonal-worker": "seasonal farm workers|sæsonarbejderne|kausityöntekijöiden|vertíðarvinnu|sesongarbeidere"
    "|säsongsarbetarna",
    "agriculture": "farming|landbruget|maataloudessa|landbúnaði|jordbruket|jordbruket",
    "restaurant-sector": "ethnic restaurants|etniske restauranter|etnisissä ravintoloissa|veitingastöðum"
    "|etniske restauranter|etniska restauranger",
    "juju-oath": "juju|voodoo|noituuden|vúdú|juju|voodoo",
    "spiritual-care": "chaplains|sjælesorg|sielunhoitoa|sálgæslu|religiøs veiledning|själavården",
    "root-causes": "root causes|fattigdom|köyhyyden|fátæktar|bakenforliggende årsaker|ojämlikheten",
    "recruitment-of-vulnerable-people": "recruitment of vulnerable persons|rekruttering af udsatte"
    "|haavoittuvien ihmisten värväystä|nýliðun fólks í viðkvæmri stöðu|rekruttering av utsatte"
    "|rekrytering av utsatta",
    "drug-trafficking": "drug crimes|narkotikakriminaliteten|huumerikollisuuden|fíkniefnasölu|narkokriminalitet"
    "|narkotikabrottsligheten",
    "person-with-disability": "disabilities|handicappet|vammaisuuden|fötlunar|funksjonsnedsettelser"
    "|funktionsnedsättningar",
    "person-with-substance-dependence": "drug addictions|stofmisbruget|päihderiippuvuuden|fíknar|rusavhengige"
    "|drogberoendet",
    "exit-programme": "exit strategies|exitstrategier|irtautumisohjelmia|komast úr vændi|ut av prostitusjon"
    "|lämna prostitution",
    "long-term-support": "rehabilitation|rehabiliteringen|kuntoutusta|endurhæfingu|rehabilitering|rehabiliteringen",
    "faith-community": "churches|religiøse ledere|seurakunnan|kirkjunnar|menigheten|kyrkorna",
    "community-leader": "community leaders|indvandrerforeninger|yhteisöjohtajien|leiðtogum innflytjenda"
    "|diasporamiljøer|diasporaföreningar",
    "slavery": "modern slavery|slaver|nykyajan orjuutta|nútímaþrælahaldi|moderne slaveri|modernt slaveri",
}
"""Concept → what six readers type, in the order of `LANGUAGES`."""
TRAPS = {
    "einslege": "health-services",
    "stoffskifte": "person-with-substance-dependence",
    "kirkegård": "faith-community",
    "kyrkogård": "faith-community",
    "churchyard": "faith-community",
    "Kirkenes": "faith-community",
    "prästkrage": "faith-community",
    "nationalförsamling": "faith-community",
    "demanding": "demand-reduction",
    "exit poll": "exit-programme",
    "kemoterapi": "psychotherapy",
    "kemoterapia": "psychotherapy",
    "hovedtraume": "trauma",
    "aivotrauma": "trauma",
    "prisstabilisering": "trauma-stabilisation",
    "flyktig": "refugee-crisis",
    "poikapuoli": "boy-victim",
    "drengestreg": "boy-victim",
    "boycott": "boy-victim",
    "työttömyyskassa": "root-causes",
    "arbetslöshetskassa": "root-causes",
    "atvinnuleysisbætur": "compensation",
    "sjukersättning": "compensation",
    "uafhængighed": "person-with-substance-dependence",
    "handicapparkering": "person-with-disability",
    "marriage": "arranged-marriage",
}
"""A word → what it does not mean."""
ASKED = [
    (concept, language, text)
    for concept, texts in WORDS.items()
    for language, text in zip(LANGUAGES, texts.split("|"), strict=True)
]


def meant(portal: Portal, text: str, language: str) -> set[str]:
    return {concept.id for concept in portal.understander.query(text, language).concepts}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return read_seed()


@pytest.fixture(scope="module")
def concepts(seed: Seed) -> dict[str, ConceptRecord]:
    return {concept.id: concept for concept in with_topics(seed)}


@pytest.mark.parametrize(("concept", "language", "text"), ASKED)
def test_a_practitioners_word_leads_to_the_concept(portal: Portal, concept: str, language: str, text: str) -> None:
    assert concept in meant(portal, text, language)


@pytest.mark.parametrize(
    ("language", "text"), list(zip(LANGUAGES, ("church", "kirke", "kirkko", "kirkja", "kirke", "kyrka"), strict=True))
)
def test_a_church_is_found_by_what_it_is(client: TestClient, language: str, text: str) -> None:
    found = client.get("/api/v1/search", params={"q": text, "lang": language, "kind": "organisation"}).json()
    assert any("Kirkens Bymisjon" in hit["title"] for hit in found["hits"]), [hit["title"] for hit in found["hits"]]
    concept = client.get(f"/{language}/concepts/faith-community")
    assert concept.status_code == HTTPStatus.OK


@pytest.mark.parametrize(("text", "concept"), list(TRAPS.items()))
def test_a_word_that_only_looks_alike_does_not(portal: Portal, text: str, concept: str) -> None:
    assert concept in portal.vocabulary.concepts
    for language in LANGUAGES:
        assert concept not in meant(portal, text, language)


def test_every_topic_is_asked_for(seed: Seed) -> None:
    assert {topic.id for topic in seed.topics} <= set(WORDS)


def test_a_topic_speaks_every_language_of_the_portal(seed: Seed) -> None:
    for topic in seed.topics:
        assert set(topic.labels) == {*LANGUAGES, "nn"}, topic.id
        assert set(topic.definitions) == set(TRANSLATED), topic.id
        assert all(labels.alt for labels in topic.labels.values()), topic.id


def test_a_topic_claims_no_source(seed: Seed) -> None:
    for topic in seed.topics:
        for labels in topic.labels.values():
            assert (labels.verified, labels.source, labels.alt_verified) == (False, None, []), topic.id


def test_flags_name_words_that_are_there(concepts: dict[str, ConceptRecord]) -> None:
    for concept in concepts.values():
        for language, labels in concept.labels.items():
            terms = [labels.pref, *labels.alt, *labels.hidden]
            flags = {*labels.whole_word, *labels.never_in_compounds, *labels.case_sensitive}
            assert flags <= set(terms), (concept.id, language)


def test_added_words_are_new(seed: Seed) -> None:
    known = {concept.id: concept for concept in seed.concepts}
    for more in seed.more_labels:
        for language, added in more.labels.items():
            labels = known[more.id].labels[language]
            assert {labels.pref, *labels.alt, *labels.hidden}.isdisjoint(added.alt), (more.id, language)
            assert len(set(added.alt)) == len(added.alt), (more.id, language)


def test_relations_go_both_ways(concepts: dict[str, ConceptRecord]) -> None:
    one_way = [
        (concept.id, other)
        for concept in concepts.values()
        for other in concept.related
        if concept.id not in concepts[other].related
    ]
    assert one_way == []
