"""Names, titles and companies for invented people, by country. All domains end in .example (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """Where people live, what they are called, and which language they write in."""

    code: str
    zone: str
    language: str
    share: int  # of a hundred people
    first: tuple[str, ...]
    last: tuple[str, ...]
    titles: tuple[str, ...]


COUNTRIES = (
    Country(
        "PL", "Europe/Warsaw", "pl", 34,
        ("Piotr", "Agnieszka", "Łukasz", "Małgorzata", "Paweł", "Katarzyna", "Michał", "Żaneta", "Wojciech", "Ewa"),
        ("Kowalski", "Wiśniewska", "Wójcik", "Zieliński", "Szymańska", "Dąbrowski", "Jabłońska", "Król"),
        ("Dyrektor sprzedaży", "Head of Sales", "Prezes", "Kierownik regionu"),
    ),
    Country(
        "DE", "Europe/Berlin", "de", 18,
        ("Jürgen", "Anke", "Björn", "Sabine", "Matthias", "Käthe", "Uwe", "Heike"),
        ("Müller", "Schröder", "Weiß", "Krüger", "Hoffmann", "Böhm", "Vogt"),
        ("Vertriebsleiter", "Geschäftsführerin", "Head of Sales", "Leiterin Vertrieb Süd"),
    ),
    Country(
        "FR", "Europe/Paris", "fr", 12,
        ("Hélène", "Benoît", "Zoé", "François", "Aurélie", "Rémi"),
        ("Lefèvre", "Garnier", "Dupré", "Chevalier", "Noël", "Barthélemy"),
        ("Directrice commerciale", "Responsable des ventes", "PDG"),
    ),
    Country(
        "ES", "Europe/Madrid", "es", 8,
        ("Íñigo", "María José", "Álvaro", "Lucía", "Núria", "Ángel"),
        ("García", "Muñoz", "Ibáñez", "Peña", "Ordóñez"),
        ("Directora comercial", "Jefe de ventas", "Gerente"),
    ),
    Country(
        "GB", "Europe/London", "en", 16,
        ("Oliver", "Imogen", "Harry", "Freya", "Alasdair", "Siobhán"),
        ("O'Brien", "Whitcombe", "Hughes", "Ashworth", "McAllister", "Smith-Jones"),
        ("Sales Director", "VP Sales", "Commercial Manager"),
    ),
    Country(
        "US", "America/New_York", "en", 12,
        ("Dana", "Marcus", "Renée", "Tyler", "Latoya", "José"),
        ("Johnson", "Nguyen", "Delgado", "Fitzgerald", "Kim", "Abernathy"),
        ("VP of Sales", "Head of Revenue", "CRO", "Sales Operations Manager"),
    ),
)  # fmt: skip

_HERS = {
    "Kowalski": "Kowalska",
    "Wiśniewski": "Wiśniewska",
    "Zieliński": "Zielińska",
    "Szymański": "Szymańska",
    "Dąbrowski": "Dąbrowska",
    "Jabłoński": "Jabłońska",
}
_HIS = {hers: his for his, hers in _HERS.items()}


def fitting(first: str, last: str) -> str:
    """The family name as the bearer of a first name has it: in Polish, a woman's ends otherwise than a man's."""
    return (_HERS if first.endswith("a") else _HIS).get(last, last)


COMPANY_FIRST = (
    "Amber", "Birch", "Cobalt", "Delta", "Ember", "Fjord", "Granit", "Harbour", "Indigo", "Juniper", "Krokus", "Lumen",
    "Meridian", "Nordwind", "Orbit", "Pharos", "Quartz", "Rivage", "Sokół", "Tundra", "Umbra", "Vistula", "Wicker", "Zenit",
)  # fmt: skip
COMPANY_SECOND = (
    "Logistics",
    "Systems",
    "Werke",
    "Analytics",
    "Foods",
    "Studio",
    "Energia",
    "Conseil",
    "Textil",
    "Robotics",
)
COMPANY_FORM = {"PL": "sp. z o.o.", "DE": "GmbH", "FR": "SAS", "ES": "S.L.", "GB": "Ltd", "US": "Inc."}
