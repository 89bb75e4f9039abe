"""Public holidays by name, in the reader's language: those of the countries most mail goes to. Pure."""

from __future__ import annotations

from relance.wording import Text

_KNOWN = {
    each.msgid: each
    for each in (
        Text.within("holiday", "New Year's Day"),
        Text.within("holiday", "New Year's Day (observed)"),
        Text.within("holiday", "Epiphany"),
        Text.within("holiday", "Good Friday"),
        Text.within("holiday", "Easter Sunday"),
        Text.within("holiday", "Easter Monday"),
        Text.within("holiday", "Labor Day"),
        Text.within("holiday", "May Day"),
        Text.within("holiday", "National Day"),
        Text.within("holiday", "National Day of the Third of May"),
        Text.within("holiday", "Victory Day"),
        Text.within("holiday", "Ascension Day"),
        Text.within("holiday", "Pentecost"),
        Text.within("holiday", "Pentecost Monday"),
        Text.within("holiday", "Corpus Christi"),
        Text.within("holiday", "Assumption Day"),
        Text.within("holiday", "All Saints' Day"),
        Text.within("holiday", "National Independence Day"),
        Text.within("holiday", "Armistice Day"),
        Text.within("holiday", "Immaculate Conception"),
        Text.within("holiday", "Christmas Eve"),
        Text.within("holiday", "Christmas Day"),
        Text.within("holiday", "Christmas Day (observed)"),
        Text.within("holiday", "Second Day of Christmas"),
        Text.within("holiday", "Boxing Day"),
        Text.within("holiday", "Boxing Day (observed)"),
        Text.within("holiday", "Saint Stephen's Day"),
        Text.within("holiday", "New Year's Eve"),
        Text.within("holiday", "German Unity Day"),
        Text.within("holiday", "Reformation Day"),
        Text.within("holiday", "Spring Bank Holiday"),
        Text.within("holiday", "August Bank Holiday"),
        Text.within("holiday", "June Bank Holiday"),
        Text.within("holiday", "May Bank Holiday"),
        Text.within("holiday", "October Bank Holiday"),
        Text.within("holiday", "Late Summer Bank Holiday"),
        Text.within("holiday", "Maundy Thursday"),
        Text.within("holiday", "Easter Saturday"),
        Text.within("holiday", "Remembrance Day"),
        Text.within("holiday", "Victoria Day"),
        Text.within("holiday", "King's Birthday"),
        Text.within("holiday", "Saint Patrick's Day"),
        Text.within("holiday", "Saint Brigid's Day"),
        Text.within("holiday", "Independence Day"),
        Text.within("holiday", "Independence Day (observed)"),
        Text.within("holiday", "Juneteenth National Independence Day"),
        Text.within("holiday", "Juneteenth National Independence Day (observed)"),
        Text.within("holiday", "Martin Luther King Jr. Day"),
        Text.within("holiday", "Washington's Birthday"),
        Text.within("holiday", "Memorial Day"),
        Text.within("holiday", "Columbus Day"),
        Text.within("holiday", "Veterans Day"),
        Text.within("holiday", "Veterans Day (observed)"),
        Text.within("holiday", "Thanksgiving Day"),
        Text.within("holiday", "King's Day"),
        Text.within("holiday", "Liberation Day"),
        Text.within("holiday", "Jan Hus Day"),
        Text.within("holiday", "Saints Cyril and Methodius Day"),
        Text.within("holiday", "Statehood Day"),
        Text.within("holiday", "Independent Czechoslovak State Day"),
    )
}
# By the English names of the `holidays` library.


def shown(name: str) -> Text:
    """A holiday's name as people read it; one that is not in the list stays in English."""
    return _KNOWN.get(name) or Text.prose(name)
