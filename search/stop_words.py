"""Words without content of their own, folded: they never find a record by themselves."""

_BY_LANGUAGE = {
    "en": """a an and are as at be by can do does for from have how i if in is it its my of on or our she he so that
        the their them there they this to was we were what when where which who whom whose why will with
        you your""",
    "da": """af alle andre at blev da de dem den denne der deres det dette dig din dog du efter eller en end er et for
        fra ham han har havde hende her hos hun hvad hvem hvilke hvilken hvis hvor hvordan hvornar i ikke
        ind jeg jer kan man med men mig min mod nar ned nogle nu og ogsa om op os over pa sa sig sin skal
        som til ud under var ved vi vil vor""",
    "nb": """alle andre at av ble da de dem den denne der deres det dette du eller en enn er et etter for fra ham han
        har hadde henne her hos hun hva hvem hvilke hvilken hvis hvor hvordan i ikke inn jeg kan man med
        meg men min mot na nar noen og ogsa om opp oss over pa sa seg sin skal som til ut under var ved vi
        vil""",
    "nn": """av dei den det eg ein eit eller er etter fra han har ho i ikkje inn korleis kva kven kvar med men og om pa
        sa seg som skal til ut var ved vi vil vere""",
    "sv": """alla andra att av bland blev da de dem den denna deras det detta dig din dock du efter eller en enligt er
        ett fran for han har hade henne hon hos hur i icke inte jag kan man med men mig min mot nar nagon
        nu och om oss over pa sa sig sin ska skall som till under upp ut utan vad var vem vi vid vilka
        vilken vilket""",
    "fi": """ei ja jos joka jota jossa kanssa keta kuka kuin kun kuten mika mikali minka missa mista mita miten mutta
        mihin myos ne niin niita nyt ole oli on ovat se sen seka siella siita sita taas tai tama tassa
        tata vai vain voi""",
    "is": """ad af allt ef eftir eg eda ein eins eitt ekki en er fra fyrir hann hafa hefur her hja hun hvad hvar hver
        hvernig i inn med mer mig milli og okkur sem ser sig svo thad thar that their theim thessi thetta
        til um undir upp ut var vera vid yfir a""",
}
STOP_WORDS = frozenset(word for words in _BY_LANGUAGE.values() for word in words.split())
