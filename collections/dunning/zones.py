"""Where a client may be: the zones of a US state, all of them where it has several. Address beats area code.

Source: the zones' own borders (IANA time zone database); a state on two zones gives both, and the hours rule then takes the
hours that are allowed in both.
"""

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
ARIZONA, ALASKA, HAWAII = "America/Phoenix", "America/Anchorage", "Pacific/Honolulu"

_BY_ZONES = {
    (EASTERN,): "CT DE DC GA ME MD MA NH NJ NY NC OH PA RI SC VT VA WV",
    (EASTERN, CENTRAL): "FL IN KY MI TN",
    (CENTRAL,): "AL AR IL IA LA MN MS MO OK WI",
    (CENTRAL, MOUNTAIN): "KS NE ND SD TX",
    (MOUNTAIN,): "CO MT NM UT WY",
    (MOUNTAIN, PACIFIC): "ID OR NV",
    (ARIZONA, MOUNTAIN): "AZ",
    (PACIFIC,): "CA WA",
    (ALASKA, "America/Adak"): "AK",
    (HAWAII,): "HI",
    ("America/Puerto_Rico",): "PR VI",
    ("Pacific/Guam",): "GU MP",
    ("Pacific/Pago_Pago",): "AS",
}
STATES = {code: zones for zones, codes in _BY_ZONES.items() for code in codes.split()}
NAMES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO", "connecticut": "CT",
    "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD",
    "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE",
    "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY", "north carolina": "NC",
    "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA", "rhode island": "RI",
    "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA",
    "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY", "puerto rico": "PR", "guam": "GU",
}  # fmt: skip


def of_state(region: str) -> tuple[str, ...]:
    """The zones of a state by its code or name; empty when we do not know the place.

    >>> of_state("Texas"), of_state("Bavaria")
    (('America/Chicago', 'America/Denver'), ())
    """
    name = region.strip()
    return STATES.get(NAMES.get(name.casefold(), name.upper()), ())
