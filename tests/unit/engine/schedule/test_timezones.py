"""Whose clock and whose holidays: the order of the answers, and that it is said which one decided."""

import pytest

from relance.engine.definition import sequence
from relance.engine.schedule import holidays, timezones
from relance.engine.schedule.holidays import Region
from relance.engine.schedule.timezones import Whereabouts, Workspace
from relance.wording import Text
from tests.reworded import in_english, worded

CONTACTS = sequence.Send()
OFFICE = Workspace("Europe/Paris", "FR")


@pytest.mark.parametrize(
    ("contact", "zone", "because"),
    [
        (Whereabouts("Asia/Tokyo", "Poland"), "Asia/Tokyo", "own zone"),
        (Whereabouts("Mars/Base", "Polska"), "Europe/Warsaw", "country (PL)"),
        (Whereabouts(None, "pl"), "Europe/Warsaw", "country (PL)"),
        (Whereabouts(None, "Germany"), "Europe/Berlin", "country (DE)"),
        (Whereabouts(None, "USA", "California"), "America/Los_Angeles", "country (US)"),
        (Whereabouts(None, "US", "tx"), "America/Chicago", "country (US)"),
        (Whereabouts(None, "US"), "Europe/Paris", "workspace"),  # four zones: no guess
        (Whereabouts(None, "Atlantis"), "Europe/Paris", "workspace"),
        (Whereabouts(), "Europe/Paris", "workspace"),
    ],
)
def test_the_zone_of_a_contact_and_what_told_it(contact, zone, because):
    found = timezones.place(contact, CONTACTS, OFFICE)
    assert found.zone == zone
    assert in_english(because) in str(found.zone_from)


def test_a_fixed_zone_outranks_the_contact_and_a_default_does_not():
    contact = Whereabouts("Asia/Tokyo")
    assert timezones.place(contact, sequence.Send(zone="Europe/Warsaw"), OFFICE).zone == "Europe/Warsaw"
    default = sequence.Send(default_zone="Europe/Warsaw")
    assert timezones.place(contact, default, OFFICE).zone == "Asia/Tokyo"
    assert timezones.place(Whereabouts(), default, OFFICE).zone_from == Text("the sequence's default zone")


def test_whose_holidays_count():
    def region(contact, holidays="contact"):
        return timezones.place(contact, sequence.Send(holidays=holidays), OFFICE).region

    assert region(Whereabouts(None, "Germany", "Bayern")) == Region("DE", "BY")
    assert region(Whereabouts("Europe/Warsaw")) == Region("PL")
    assert region(Whereabouts()) == Region("FR")
    assert region(Whereabouts(None, "Poland"), "none") is None
    assert region(Whereabouts(None, "Poland"), "DE-BY") == Region("DE", "BY")
    assert timezones.place(Whereabouts("UTC"), CONTACTS, Workspace()).region is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("europe/warsaw", "Europe/Warsaw"),
        ("Europe/Warsaw ", "Europe/Warsaw"),
        ("Warsaw", "Europe/Warsaw"),
        ("new york", "America/New_York"),
        ("../../etc/passwd", "Europe/Warsaw"),
        ("", "Europe/Warsaw"),
    ],
)
def test_a_wrong_zone_is_told_the_nearest(name, meant):
    with pytest.raises(ValueError, match=meant):
        timezones.checked_zone(name)


def test_norway_is_not_no():
    assert holidays.parse("NO") == Region("NO")
    with pytest.raises(ValueError, match=worded("none")):
        holidays.parse("no")
    with pytest.raises(ValueError, match=worded("no region")):
        holidays.parse("DE-XX")


def test_an_unknown_part_falls_back_to_the_country():
    import datetime as dt

    assert holidays.holiday(Region("PL", "XX"), dt.date(2026, 11, 11)) == "National Independence Day"
    assert holidays.holiday(Region("XX"), dt.date(2026, 11, 11)) is None
