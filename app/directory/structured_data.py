"""schema.org descriptions of the directory's pages, for search engines."""

import json

from app.directory.organisations import OrganisationPage

JsonValue = str | list["JsonValue"] | dict[str, "JsonValue"]


def organisation_data(page: OrganisationPage, url: str) -> str:
    """Only what is stated: a channel that has to be confirmed first is not published as a fact."""
    data: dict[str, JsonValue] = {
        "@context": "https://schema.org",
        "@type": "NGO" if page.type_code == "ngo" else "Organization",
        "@id": url,
        "name": page.name.value,
        "url": url,
        "areaServed": page.country_name,
    }
    if other := [name.value for name in page.other_names] + ([page.abbreviation] if page.abbreviation else []):
        data["alternateName"] = list(other)
    if page.mandate:
        data["description"] = page.mandate.value
    if points := _contact_points(page):
        data["contactPoint"] = points
    if page.above:
        data["parentOrganization"] = {"@type": "Organization", "name": page.above[-1].name.value}
    return json.dumps(data, ensure_ascii=False)


def _contact_points(page: OrganisationPage) -> list[JsonValue]:
    keys = {"phone": "telephone", "helpline": "telephone", "email": "email"}
    return [
        {"@type": "ContactPoint", keys[channel.kind]: channel.value, "contactType": channel.kind}
        for channel in page.channels
        if page.via is None and channel.is_confirmed_fact and channel.kind in keys
        if not (channel.is_local or channel.is_emergency)
    ]
