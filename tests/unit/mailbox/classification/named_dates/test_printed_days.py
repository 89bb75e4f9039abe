"""A day printed in any of a language's usual ways, behind its words for "until" and "back on", is read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mailbox.classification.named_dates import return_date

TODAY = dt.date(2026, 11, 4)  # a Wednesday
Printed = Callable[[dt.date, "Tongue"], str]


@dataclass(frozen=True)
class Tongue:
    """How one language writes days."""

    until: str  # the last day away
    back: str  # the first day back
    between: str  # a range of days
    months: str
    weekdays: str
    written: str  # "{d} de {m}"
    short: str = "{d}.{n}."
    week: str = ""  # how a calendar week is called, behind the words for "back in"


TONGUES = {
    "en": Tongue(
        "I am out of the office until {}.",
        "I will be back on {}.",
        "I am away from {} to {}.",
        "January February March April May June July August September October November December",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "{d} {m}",
        "{m} {d}",  # numbers stand in both orders: see test_return_date
        "I am back in week {}.",
    ),
    "de": Tongue(
        "Ich bin bis {} nicht im Büro.",
        "Ich bin ab {} wieder erreichbar.",
        "Ich bin vom {} bis {} im Urlaub.",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "{d}. {m}",
        week="Ich bin ab KW {} wieder da.",
    ),
    "fr": Tongue(
        "Je suis absent jusqu'au {}.",
        "Je serai de retour le {}.",
        "Je suis en congés du {} au {}.",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "{d} {m}",
        "{d}/{n}",
        "Je serai de retour en semaine {}.",
    ),
    "es": Tongue(
        "Estaré de vacaciones hasta el {}.",
        "Estaré de vuelta el {}.",
        "Estaré fuera de la oficina del {} al {}.",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
        "{d} de {m}",
        "{d}/{n}",
        "Vuelvo en la semana {}.",
    ),
    "it": Tongue(
        "Sono in ferie fino al {}.",
        "Rientro il {}.",
        "Sarò assente dal {} al {}.",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
        "{d} {m}",
        "{d}/{n}",
        "Rientro nella settimana {}.",
    ),
    "pt": Tongue(
        "Estarei ausente até {}.",
        "Regresso ao escritório a {}.",
        "Estou de férias de {} a {}.",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "{d} de {m}",
        "{d}/{n}",
        "Regresso na semana {}.",
    ),
    "nl": Tongue(
        "Ik ben afwezig tot en met {}.",
        "Ik ben terug op {}.",
        "Ik ben van {} t/m {} met vakantie.",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "{d} {m}",
        "{d}-{n}",
        "Ik ben in week {} terug.",
    ),
    "pl": Tongue(
        "Jestem na urlopie do {}.",
        "Wracam {}.",
        "Jestem nieobecny od {} do {}.",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "poniedziałek wtorek środa czwartek piątek sobota niedziela",
        "{d} {m}",
        "{d}.{n}",
        "Wracam w {}. tygodniu.",
    ),
    "cs": Tongue(
        "Jsem na dovolené do {}.",
        "Budu zpět {}.",
        "Jsem mimo kancelář od {} do {}.",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "pondělí úterý středa čtvrtek pátek sobota neděle",
        "{d}. {m}",
        "{d}. {n}.",
        "Budu zpět v {}. týdnu.",
    ),
    "ru": Tongue(
        "Я в отпуске по {}.",
        "Вернусь {}.",
        "Я в командировке с {} по {}.",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "понедельник вторник среда четверг пятница суббота воскресенье",
        "{d} {m}",
        "{d}.{n}",
    ),
    "sv": Tongue(
        "Jag har semester till och med {}.",
        "Jag är åter {}.",
        "Jag är ledig från {} till {}.",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "måndag tisdag onsdag torsdag fredag lördag söndag",
        "{d} {m}",
        "{d}/{n}",
        "Jag är åter vecka {}.",
    ),
    "da": Tongue(
        "Jeg holder ferie til og med {}.",
        "Jeg er tilbage {}.",
        "Jeg er på ferie fra {} til {}.",
        "januar februar marts april maj juni juli august september oktober november december",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "{d}. {m}",
        "{d}/{n}",
        "Jeg er tilbage i uge {}.",
    ),
    "nb": Tongue(
        "Jeg har ferie til og med {}.",
        "Jeg er tilbake {}.",
        "Jeg har ferie fra {} til {}.",
        "januar februar mars april mai juni juli august september oktober november desember",
        "mandag tirsdag onsdag torsdag fredag lørdag søndag",
        "{d}. {m}",
        week="Jeg er tilbake i uke {}.",
    ),
    "sk": Tongue(
        "Som na dovolenke do {}.",
        "Vrátim sa {}.",
        "Čerpám dovolenku od {} do {}.",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
        "pondelok utorok streda štvrtok piatok sobota nedeľa",
        "{d}. {m}",
    ),
    "uk": Tongue(
        "Я у відпустці до {}.",
        "Повернуся {}.",
        "Я у відпустці з {} до {}.",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "понеділок вівторок середа четвер п’ятниця субота неділя",
        "{d} {m}",
    ),
    "fi": Tongue(
        "Olen lomalla {} asti.",
        "Palaan töihin {}.",
        "Olen lomalla {} - {}.",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
        "maanantaina tiistaina keskiviikkona torstaina perjantaina lauantaina sunnuntaina",
        "{d}. {m}",
    ),
}


def _named(day: dt.date, tongue: Tongue) -> str:
    return tongue.written.format(d=day.day, m=tongue.months.split()[day.month - 1])


def _with_year(day: dt.date, tongue: Tongue) -> str:
    return f"{_named(day, tongue)} {day.year}"


def _with_weekday(day: dt.date, tongue: Tongue) -> str:
    return f"{tongue.weekdays.split()[day.weekday()]}, {_named(day, tongue)}"


def _in_numbers(day: dt.date, tongue: Tongue) -> str:
    return tongue.short.format(d=f"{day.day:02}", n=f"{day.month:02}", m=tongue.months.split()[day.month - 1])


def _full(day: dt.date, _tongue: Tongue) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year}"


def _iso(day: dt.date, _tongue: Tongue) -> str:
    return day.isoformat()


PRINTED: list[Printed] = [_named, _with_year, _with_weekday, _in_numbers, _full, _iso]
DAYS = st.integers(1, 230).map(lambda ahead: TODAY + dt.timedelta(days=ahead))


def _read(text: str, code: str) -> dt.date | None:
    found = return_date.first_day_back(text, TODAY, hint=code)
    return found.date if found else None


@pytest.mark.parametrize("code", TONGUES)
@settings(max_examples=40, deadline=None)
@given(day=DAYS, printed=st.sampled_from(PRINTED))
def test_a_last_day_away_and_a_first_day_back(code: str, day: dt.date, printed: Printed) -> None:
    tongue = TONGUES[code]
    shown = printed(day, tongue)
    after = {day + dt.timedelta(days=1)}
    # A Monday that somebody names with "until" is the day they are back.
    monday = {day} if printed is _with_weekday and day.weekday() == 0 else set()
    assert _read(tongue.until.format(shown), code) in after | monday
    assert _read(tongue.back.format(shown), code) == day


@pytest.mark.parametrize("code", TONGUES)
@settings(max_examples=40, deadline=None)
@given(day=DAYS, length=st.integers(1, 25), printed=st.sampled_from(PRINTED))
def test_a_range_ends_with_its_last_day(code: str, day: dt.date, length: int, printed: Printed) -> None:
    tongue, first = TONGUES[code], day - dt.timedelta(days=length)
    read = _read(tongue.between.format(printed(first, tongue), printed(day, tongue)), code)
    assert read == day + dt.timedelta(days=1)


@pytest.mark.parametrize("code", [code for code, tongue in TONGUES.items() if tongue.week])
@given(ahead=st.integers(1, 30))
def test_back_in_a_calendar_week_is_its_monday(code: str, ahead: int) -> None:
    monday = TODAY - dt.timedelta(days=TODAY.weekday()) + dt.timedelta(weeks=ahead)
    assert _read(TONGUES[code].week.format(monday.isocalendar().week), code) == monday


@pytest.mark.parametrize("code", TONGUES)
@settings(max_examples=40, deadline=None)
@given(ago=st.integers(8, 100), printed=st.sampled_from(PRINTED))
def test_a_past_day_leaves_no_weekday_behind(code: str, ago: int, printed: Printed) -> None:
    tongue, day = TONGUES[code], TODAY - dt.timedelta(days=ago)
    assert _read(tongue.until.format(printed(day, tongue)), code) is None
