"""A material as schema.org data for machines that read pages."""

import json

from app.library.citation import Citation
from app.library.licences import licence
from app.library.service import MaterialRecord
from app.pages import Visit

TYPES = {
    "article": "Article", "blog": "BlogPosting", "dataset": "Dataset", "statistics": "Dataset",
    "legislation": "Legislation", "international-instrument": "Legislation", "news": "NewsArticle",
    "presentation": "PresentationDigitalDocument", "research-article": "ScholarlyArticle", "web-information": "WebPage",
    **dict.fromkeys(("annual-report", "evaluation", "inquiry", "meeting-report", "rapporteur-report", "report",
                     "research-report", "seminar-report", "situation-report", "survey", "thematic-report"), "Report"),
}  # fmt: skip


def json_ld(visit: Visit, record: MaterialRecord, citation: Citation) -> str:
    material = record.material
    terms = licence(material.licence)
    publisher = {"@type": "Organization", "name": material.publisher} if material.publisher else None
    concepts = [concept for concept in material.concepts if concept in visit.vocabulary.concepts]
    facts = {
        "@context": "https://schema.org",
        "@type": TYPES.get(material.type, "CreativeWork"),
        "@id": visit.absolute(visit.url(f"materials/{material.id}")),
        "name": citation.title,
        "inLanguage": citation.language,
        "publisher": publisher,
        "datePublished": str(material.year) if material.year else None,
        "license": (terms.url or terms.id) if terms else None,
        "identifier": material.identifiers,
        "sameAs": material.url,
        "isPartOf": {"@type": "CreativeWork", "name": citation.whole} if citation.whole else None,
        "about": [{"@type": "DefinedTerm", "name": visit.concept(concept).value} for concept in concepts],
        "abstract": record.editions[0].abstract if record.editions else None,
    }
    return json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False)
