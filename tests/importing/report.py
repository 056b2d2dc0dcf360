"""Our own Nordic report: sixty pages in six languages, typeset for the tests; all its words are made up."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typst

TITLE = "Working side by side: a made-up Nordic report"
ISBN, ISSN, DOI = "978-0-00-000000-2", "0000-0000", "10.5555/samband-report"
URN = f"URN:ISBN:{ISBN}"
FRONT_PAGES, PAGES = 8, 60

TITLES = {
    "en": TITLE,
    "fi": "Rinnakkain työssä: keksitty pohjoismainen raportti",
    "sv": "Sida vid sida i arbetet: en påhittad nordisk rapport",
    "da": "Side om side i arbejdet: en opdigtet nordisk rapport",
    "nb": "Side om side i arbeidet: en oppdiktet nordisk rapport",
    "is": "Hlið við hlið í starfi: tilbúin norræn skýrsla",
}
ABSTRACT_WORDS = {
    "en": "Abstract", "fi": "Tiivistelmä", "sv": "Referat", "da": "Resumé", "nb": "Sammendrag", "is": "Útdráttur",
}  # fmt: skip
KEYWORDS = {
    "en": "Keywords: human trafficking, cooperation", "fi": "Asiasanat: ihmiskauppa, yhteistyö",
    "sv": "Nyckelord: människohandel, samarbete", "da": "Nøgleord: menneskehandel, samarbejde",
    "nb": "Nøkkelord: menneskehandel, samarbeid", "is": "Efnisorð: mansal, samvinna",
}  # fmt: skip
PARAGRAPHS = {
    "en": (
        "People who work against trafficking in human beings rarely sit in the same building. They meet when somebody"
        " calls, and the call is easier when the name on the door is known beforehand. The authors therefore describe"
        " ordinary working days rather than plans, and they ask what made a difficult day end well.",
        "An inspector sees the workplace, a nurse sees the wound, and a counsellor hears the story much later. None of"
        " them holds the whole picture. When the three agree on a simple order of steps, the person in front of them"
        " needs to tell less, waits for a shorter time, and knows who will come back tomorrow morning.",
        "Every office in this account wrote down two things: what they would do again, and what they would leave out."
        " The second list was longer. It shows that short forms, shared words and a standing time for questions matter"
        " more than another committee, and that nobody should be asked to repeat a story for the sake of statistics.",
    ),
    "fi": (
        "Ihmiskaupan vastaista työtä tekevät ihmiset istuvat harvoin samassa talossa. He tapaavat, kun joku soittaa, ja"
        " soittaminen on helpompaa, kun oven takana olevan nimi tunnetaan jo ennalta. Siksi kirjoittajat kuvaavat"
        " tavallisia työpäiviä eivätkä suunnitelmia, ja he kysyvät, mikä sai vaikean päivän päättymään hyvin.",
        "Tarkastaja näkee työpaikan, hoitaja näkee haavan ja neuvoja kuulee kertomuksen paljon myöhemmin. Kenelläkään"
        " heistä ei ole koko kuvaa. Kun he sopivat yksinkertaisesta järjestyksestä, edessä istuvan ihmisen tarvitsee"
        " kertoa vähemmän, hän odottaa lyhyemmän ajan ja tietää, kuka palaa huomisaamuna hänen luokseen.",
        "Jokainen toimisto kirjasi kaksi asiaa: mitä se tekisi uudelleen ja minkä se jättäisi pois. Jälkimmäinen lista"
        " oli pidempi. Se osoittaa, että lyhyet lomakkeet, yhteiset sanat ja kiinteä kysymysaika merkitsevät enemmän"
        " kuin uusi toimikunta, eikä keneltäkään pidä pyytää samaa kertomusta tilastojen vuoksi.",
    ),
    "sv": (
        "De som arbetar mot människohandel sitter sällan i samma hus. De träffas när någon ringer, och det är lättare"
        " att ringa när namnet på dörren är känt i förväg. Därför beskriver författarna vanliga arbetsdagar hellre än"
        " planer, och de frågar vad som gjorde att en svår dag ändå slutade väl för alla inblandade.",
        "Inspektören ser arbetsplatsen, sjuksköterskan ser såret och rådgivaren hör berättelsen mycket senare. Ingen av"
        " dem har hela bilden. När de tre kommer överens om en enkel ordning behöver människan framför dem berätta"
        " mindre, vänta kortare tid, och hon vet vem som kommer tillbaka i morgon bitti till henne.",
        "Varje kontor skrev ner två saker: vad de skulle göra igen och vad de skulle låta bli. Den andra listan var"
        " längre. Den visar att korta blanketter, gemensamma ord och en fast frågestund betyder mer än ännu en"
        " kommitté, och att ingen ska behöva upprepa sin berättelse bara för statistikens skull.",
    ),
    "da": (
        "De, der arbejder mod menneskehandel, sidder sjældent i samme hus. De mødes, når nogen ringer, og det er"
        " lettere at ringe, når navnet på døren er kendt i forvejen. Derfor beskriver forfatterne"
        " almindelige arbejdsdage"
        " snarere end planer, og de spørger, hvad der fik en vanskelig dag til at ende godt for alle.",
        "Den tilsynsførende ser arbejdspladsen, sygeplejersken ser såret, og rådgiveren hører fortællingen langt"
        " senere. Ingen af dem har hele billedet. Når de tre bliver enige om en enkel rækkefølge, skal"
        " mennesket foran dem"
        " fortælle mindre, vente kortere tid, og det ved, hvem der kommer tilbage i morgen tidlig.",
        "Hvert kontor skrev to ting ned: hvad de ville gøre igen, og hvad de ville lade være med. Den anden liste var"
        " længere. Den viser, at korte skemaer, fælles ord og en fast spørgetime betyder mere end endnu et udvalg, og"
        " at ingen skal bedes om at gentage sin fortælling alene af hensyn til statistikken.",
    ),
    "nb": (
        "De som arbeider mot menneskehandel, sitter sjelden i samme hus. De møtes når noen ringer, og det er lettere å"
        " ringe når navnet på døren er kjent på forhånd. Derfor beskriver forfatterne vanlige arbeidsdager heller enn"
        " planer, og de spør hva som gjorde at en vanskelig dag likevel endte godt for alle sammen.",
        "Inspektøren ser arbeidsplassen, sykepleieren ser såret, og rådgiveren hører fortellingen mye senere. Ingen av"
        " dem har hele bildet. Når de tre blir enige om en enkel rekkefølge, trenger mennesket foran dem å fortelle"
        " mindre, vente kortere tid, og det vet hvem som kommer tilbake i morgen tidlig.",
        "Hvert kontor skrev ned to ting: hva de ville gjøre igjen, og hva de ville la være. Den andre listen var"
        " lengre. Den viser at korte skjemaer, felles ord og en fast spørretime betyr mer enn enda et"
        " utvalg, og at ingen skal"
        " bes om å gjenta fortellingen sin bare av hensyn til statistikken i årsmeldingen.",
    ),
    "is": (
        "Þau sem vinna gegn mansali sitja sjaldan í sama húsi. Þau hittast þegar einhver hringir og símtalið er"
        " auðveldara þegar nafnið á hurðinni er þekkt fyrir fram. Þess vegna lýsa höfundarnir venjulegum vinnudögum"
        " fremur en áætlunum og spyrja hvað varð til þess að erfiður dagur endaði vel fyrir alla.",
        "Eftirlitsmaðurinn sér vinnustaðinn, hjúkrunarfræðingurinn sér sárið og ráðgjafinn heyrir söguna mun síðar."
        " Ekkert þeirra hefur alla myndina. Þegar þau koma sér saman um einfalda röð þarf manneskjan fyrir framan þau"
        " að segja minna, bíða skemur og hún veit hver kemur aftur á morgun.",
        "Hver skrifstofa skráði tvennt: hvað hún myndi gera aftur og hverju hún myndi sleppa. Síðari listinn var"
        " lengri. Hann sýnir að stutt eyðublöð, sameiginleg orð og fastur spurningatími skipta meira máli en"
        " enn ein nefndin og"
        " að enginn ætti að þurfa að endurtaka sögu sína vegna talnagagna.",
    ),
}
TOPICS = {
    "en": ("nail bars", "car washes", "berry picking", "scrap yards", "cleaning crews", "fish processing",
           "au pair homes", "building sites", "night markets", "horse stables", "ferry terminals", "bakeries"),
    "fi": ("marjanpoimijat", "ravintolakeittiöt", "siivousliikkeet", "kasvihuoneet", "hierontapaikat",
           "rakennustyömaat", "satamatyöläiset", "kuljetusyritykset"),
    "sv": ("bärplockare", "restaurangkök", "städfirmor", "växthus", "massagesalonger", "byggarbetsplatser",
           "hamnarbetare", "åkerier"),
    "da": ("bærplukkere", "pizzeriaer", "rengøringsfirmaer", "gartnerier", "massageklinikker", "byggepladser",
           "havnearbejdere", "vognmænd"),
    "nb": ("bærplukkerne", "gatekjøkken", "renholdsfirmaer", "drivhusene", "massasjestudioer", "byggeplassene",
           "havnearbeiderne", "transportfirmaer"),
    "is": ("berjatínsla", "veitingahús", "ræstingafyrirtæki", "gróðurhús", "nuddstofur", "byggingarsvæði",
           "hafnarverkamenn", "flutningafyrirtæki"),
}  # fmt: skip
SENTENCES = {
    "en": "This page tells what happened among the {topic}.",
    "fi": "Tällä sivulla kerrotaan, mitä {topic} kokivat.",
    "sv": "Den här sidan berättar om {topic} och deras vardag.",
    "da": "Denne side fortæller om {topic} og deres hverdag.",
    "nb": "Denne siden forteller om {topic} og hverdagen deres.",
    "is": "Á þessari síðu er sagt frá því sem tengist orðinu {topic}.",
}
CHAPTERS = {
    "en": "Days at work", "fi": "Työpäiviä", "sv": "Dagar i arbetet", "da": "Dage i arbejdet",
    "nb": "Dager i arbeidet", "is": "Dagar í starfi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A section with lists: what the import has to find again."""

    title: str
    factors_heading: str
    success_factors: tuple[str, ...]
    advice_heading: str
    recommendations: tuple[str, ...]


PRACTICES = {
    ("en", 1): Listed(
        "Denmark: One desk for car washes",
        "Success factors of the one desk",
        ("Two colleagues know every case and stand in for each other without notice.",
         "Questions from the field are answered on the same day, also when the answer is no."),
        "Recommendations for Nordic cooperation",
        ("Exchange the telephone numbers of the desks every spring.",
         "Let inspectors travel along for a week in a neighbouring country."),
    ),
    ("en", 4): Listed(
        "Norway: Cleaners meet the nurse",
        "Success factors of the evening clinic",
        ("The door is open when the shift ends.", "No papers are asked for at the first visit."),
        "Recommendations",
        ("Pay the interpreter before the clinic opens.",),
    ),
    ("sv", 2): Listed(
        "Sverige: Städfirman som frågade",
        "Framgångsfaktorer",
        ("Beställaren frågar efter lönen innan avtalet skrivs.", "Facket är med från första mötet."),
        "Rekommendationer",
        ("Skriv in frågan i alla upphandlingar.",),
    ),
    ("fi", 3): Listed(
        "Suomi: Kasvihuoneen aamukierros",
        "Onnistumisen edellytykset",
        ("Kierros tehdään aina samana päivänä.", "Mukana on kaksi viranomaista ja tulkki."),
        "Suositukset",
        ("Sovitaan kierrokset vuodeksi kerrallaan.",),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """Where a topic stands: `sentence` is on `page` and nowhere else."""

    page: int
    language: str
    topic: str
    sentence: str
    listed: Listed | None


@cache
def pages() -> tuple[Told, ...]:
    told = []
    page = FRONT_PAGES
    for language, topics in TOPICS.items():
        for number, topic in enumerate(topics):
            page += 1
            sentence = SENTENCES[language].format(topic=topic)
            told.append(Told(page, language, topic, sentence, PRACTICES.get((language, number))))
    return tuple(told)


def pages_about(asked: Told) -> set[int]:
    """Pages that tell of the same thing: topics stand in the same order in the five Nordic languages."""
    if asked.language == "en":
        return {asked.page}
    place = TOPICS[asked.language].index(asked.topic)
    same = {(language, topics[place]) for language, topics in TOPICS.items() if language != "en"}
    english = {"berry picking"} if place == 0 else set()
    return {told.page for told in pages() if (told.language, told.topic) in same or told.topic in english}


def write_report(target: Path) -> Path:
    target.write_bytes(typst.compile(source().encode(), format="pdf"))
    return target


def source() -> str:
    parts = [f"{_HEAD}\n#text(size: 22pt)[{TITLE}]"]
    parts += [_abstract(language) for language in TITLES]
    parts.append(_contents())
    numbers = dict.fromkeys(TOPICS, 0)
    for told in pages():
        chapter = list(TOPICS).index(told.language) + 1
        numbers[told.language] += 1
        parts.append(_page(told, chapter, numbers[told.language]))
    return "\n#pagebreak()\n".join(parts)


_HEAD = f"""#set page(paper: "a5", margin: (x: 15mm, y: 17mm), numbering: "1", header: [Samband test reports 2024:1])
#set text(size: 9.5pt, hyphenate: true)
#set par(justify: true)
#set document(title: "{TITLE}")
#show heading: set text(size: 13pt)
"""


def _abstract(language: str) -> str:
    particulars = {
        "en": f"ISBN PDF {ISBN}, ISSN {ISSN}\n\nhttps://urn.example/{URN}\n\nDOI {DOI}\n\n"
        "Published 2024. CC BY-SA 4.0\n\n",
    }.get(language, f"ISBN PDF {ISBN}\n\n")
    body = "\n\n".join(PARAGRAPHS[language][:2])
    return (
        f'#set text(lang: "{language}")\n#text(size: 15pt)[{TITLES[language]}]\n\n{ABSTRACT_WORDS[language]}\n\n'
        f"{body}\n\n{KEYWORDS[language]}\n\n{particulars}"
    )


def _contents() -> str:
    lines = ["Contents"]
    for chapter, (language, name) in enumerate(CHAPTERS.items(), start=1):
        first = next(told.page for told in pages() if told.language == language)
        lines.append(f"{chapter} {name} #box(width: 1fr, repeat[.]) {first}")
    return "\n\n".join(lines)


def _page(told: Told, chapter: int, number: int) -> str:
    heading = f"= {chapter} {CHAPTERS[told.language]}\n\n" if number == 1 else ""
    title = told.listed.title if told.listed else told.topic.capitalize()
    paragraphs = PARAGRAPHS[told.language]
    rotated = [paragraphs[(told.page + step) % 3] for step in range(2 if told.listed else 3)]
    extra = "" if told.listed else f"#table(columns: 2, [{told.topic}], [{told.page * 7}], [–], [{told.page * 11}])\n\n"
    note = f"#footnote[{told.topic.capitalize()}, {told.page}.]" if told.page % 5 == 0 else ""
    body = "\n\n".join([f"{told.sentence}{note}", *rotated])
    return (
        f'#set text(lang: "{told.language}")\n{heading}== {chapter}.{number} {title}\n\n{body}\n\n'
        f"{_lists(told.listed) if told.listed else extra}"
    )


def _lists(listed: Listed) -> str:
    def items(texts: tuple[str, ...]) -> str:
        return "\n".join(f"- {text}" for text in texts)

    return (
        f"{listed.factors_heading}\n\n{items(listed.success_factors)}\n\n"
        f"{listed.advice_heading}\n\n{items(listed.recommendations)}\n\n"
    )
