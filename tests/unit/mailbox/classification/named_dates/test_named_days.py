"""Days of return as people write them: without a month, in words, by the week, counted from now, in many languages."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mailbox.classification.named_dates import return_date

TODAY = dt.date(2026, 11, 4)  # a Wednesday

# The words of the note and the first day back (month and day); None: no day can be taken from it.
NOTES = [
    ("Je suis absent jusqu'au jeudi 26 inclus.", "11-27"),
    ("Je serai de retour le jeudi 26.", "11-26"),
    ("Wracam w poniedziałek 23.", "11-23"),
    ("Jestem na urlopie do piątku 20.", "11-21"),
    ("Torno il 17.", "11-17"),
    ("Sono in ferie fino al 17 compreso.", "11-18"),
    ("I am not here from 16-11, back on 23-11.", "11-23"),
    ("Not in the office from 9 November, returning 16 November.", "11-16"),
    ("I will be back in two weeks.", "11-18"),
    ("Wracam za dwa tygodnie.", "11-18"),
    ("Ich bin in zwei Wochen wieder da.", "11-18"),
    ("Ich bin bis KW 47 im Urlaub.", "11-23"),
    ("Ich bin in KW 46 nicht im Büro.", "11-16"),
    ("I am out of office week 46.", "11-16"),
    ("I am away until the seventeenth of November.", "11-18"),
    ("Wracam siedemnastego listopada.", "11-17"),
    ("Back in December.", "12-01"),
    ("Back after Easter.", None),
    ("11月17日まで不在にしております。", "11-18"),
    ("我将于11月17日回来。", "11-17"),
    ("11月9日至11月13日休假。", "11-14"),
    ("I'm out Thu 5 and Fri 6 November, back Monday 9.", "11-09"),
    ("I am out of the office today and tomorrow.", "11-06"),
    ("Estoy de vacaciones hasta el lunes 16 de noviembre incluido.", "11-17"),
    ("Estaré fuera del 9 al 13 de noviembre, ambos inclusive.", "11-14"),
    ("Vuelvo el miércoles 18.", "11-18"),
    ("Estarei ausente até 13/11, regressando dia 16.", "11-16"),
    ("Ik ben afwezig tot en met vrijdag 13 november.", "11-14"),
    ("Ik ben terug op maandag 16.", "11-16"),
    ("Ik ben er niet van 9 t/m 13 november.", "11-14"),
    ("Jsem na dovolené do 13. 11. včetně.", "11-14"),
    ("Vrátím se ve středu 18.11.", "11-18"),
    ("Я у відпустці до 16 листопада включно.", "11-17"),
    ("Повернуся 17 листопада.", "11-17"),
    ("Ich bin vom 09.11. bis einschließlich 13.11. abwesend.", "11-14"),
    ("Ich bin ab dem 16.11. wieder erreichbar.", "11-16"),
    ("Ich bin bis zum 15. nicht im Haus.", "11-16"),
    ("Nie będzie mnie w biurze w dniach 9-13.11.", "11-14"),
    ("Nie ma mnie do 13 listopada włącznie. Wracam 16 listopada.", "11-16"),
    ("Przebywam na urlopie od 2.11 do 10.11.2026.", "11-11"),
    ("Urlop: 2-13.11", "11-14"),
    ("Out of office 11/9 - 11/13.", "11-14"),
    ("I will return on Monday, November 16th.", "11-16"),
    ("I'm on leave until end of November.", "12-01"),
    ("I am on vacation through Friday.", "11-07"),
    ("Back tomorrow.", "11-05"),
    ("I'm OOO until next Tuesday.", "11-11"),
    ("Sarò assente dal 9/11 al 13/11 compresi.", "11-14"),
    ("Rientrerò in ufficio lunedì 16.", "11-16"),
    ("I'm away this week and back on Monday.", "11-09"),
    ("I will be out until further notice.", None),
    ("I'm on parental leave until March 2027.", "03-01"),
    ("Je suis en congé du 2 au 6 novembre. Je serai de retour le lundi 9.", "11-09"),
    ("Jeg er tilbage mandag den 16. november.", "11-16"),
    ("Jag är tillbaka den 16 november.", "11-16"),
    ("Olen lomalla 13.11. asti.", "11-14"),
    ("Szabadságon vagyok november 13-ig.", "11-14"),
    ("13 Kasım'a kadar izindeyim.", "11-14"),
    ("Sunt în concediu până pe 13 noiembrie.", "11-14"),
    ("I am on leave. In urgent cases call 555-1116. Founded 2 December 1999.", None),
    ("Our office moves on 20 November. I am out today.", "11-05"),
    ("I'm travelling with limited email. I'll respond when I can.", None),
    ("Wracam 16.11 (poniedziałek).", "11-16"),
    ("Nieobecny do 12.11.2026 r.", "11-13"),
    ("Do 13 listopada przebywam na zwolnieniu lekarskim.", "11-14"),
    ("Od 5 do 9 listopada jestem na konferencji.", "11-10"),
    ("Będę dostępna ponownie od 16 listopada.", "11-16"),
    ("W dniach 5 i 6 listopada jestem nieobecny.", "11-07"),
    ("Ich bin am 5. und 6. November nicht im Büro.", "11-07"),
    ("Ich kehre am Montag, den 16. zurück.", "11-16"),
    ("Vom 09. - 13. November bin ich im Urlaub.", "11-14"),
    ("Actualmente estoy de baja hasta nuevo aviso.", None),
    ("Until 13th Nov I'm on site with customers.", "11-14"),
    ("Away till the 13th.", "11-14"),
    ("Returning 16/11.", "11-16"),
    ("I return to my desk on the 16th.", "11-16"),
    ("On PTO 11/5–11/10, back 11/11.", "11-11"),
    ("Back in the office 2026-11-16.", "11-16"),
    ("Maternity cover until January: please write to Eva.", "01-01"),
    ("I'm out of the office until Thursday the 12th.", "11-13"),
    ("Back Thursday 12.", "11-12"),
    ("Out till 12 Nov. For urgent matters call 0171 23 23 23.", "11-13"),
    ("I will return to work on Tuesday 17/11.", "11-17"),
    ("I'm away from my desk from Mon 9 to Fri 13.", "11-14"),
    ("On holiday 7th-15th November", "11-16"),
    ("I'll be back at my desk in a week.", "11-11"),
    ("Back at work in 10 days.", "11-14"),
    ("I am off until after the weekend.", None),
    ("I will be out of the office for the rest of the week.", "11-09"),
    ("Away until the new year.", None),
    ("Wracam za tydzień.", "11-11"),
    ("Będę w biurze w przyszłym tygodniu.", "11-09"),
    ("Nieobecna do końca listopada.", "12-01"),
    ("Wracam po świętach.", None),
    ("Jestem niedostępny do poniedziałku.", "11-09"),
    ("Wrócę 16 listopada br.", "11-16"),
    ("Do 15.11 włącznie jestem na urlopie.", "11-16"),
    ("Zwolnienie lekarskie do 20/11/2026.", "11-21"),
    ("Jestem poza biurem w czwartek i piątek.", "11-07"),
    ("Ich bin bis einschließlich Freitag, 13. November nicht erreichbar.", "11-14"),
    ("Am 16.11.26 bin ich wieder für Sie da.", "11-16"),
    ("Ich bin ab Montag wieder im Büro.", "11-09"),
    ("Bin nächste Woche wieder da.", "11-09"),
    ("Urlaub bis 13.11.", "11-14"),
    ("Ich bin diese Woche nicht im Büro.", "11-09"),
    ("Ich bin bis Ende November in Elternzeit.", "12-01"),
    ("Ab 1. Dezember bin ich wieder erreichbar.", "12-01"),
    ("Ich bin vom 9.-13.11. auf Dienstreise.", "11-14"),
    ("Je suis absente du 9 au 13 novembre inclus.", "11-14"),
    ("Retour le 16/11.", "11-16"),
    ("De retour lundi.", "11-09"),
    ("Absent jusqu'au 13/11/2026.", "11-14"),
    ("Je reviens dans deux semaines.", "11-18"),
    ("Je serai absent jusqu'à fin novembre.", "12-01"),
    ("En congés jusqu'au 15 novembre, reprise le 16.", "11-16"),
    ("Estaré fuera hasta el 13 de noviembre.", "11-14"),
    ("Vuelvo el lunes.", "11-09"),
    ("Regreso el 16 de noviembre.", "11-16"),
    ("De vacaciones del 9 al 13.", "11-14"),
    ("Estaré de vuelta en dos semanas.", "11-18"),
    ("Sono fuori ufficio fino a venerdì.", "11-07"),
    ("Rientro il 16 novembre.", "11-16"),
    ("Assente dal 9 al 13 novembre.", "11-14"),
    ("Tornerò tra due settimane.", "11-18"),
    ("Afwezig t/m 13 november.", "11-14"),
    ("Ik ben maandag weer terug.", "11-09"),
    ("Ik ben tot 16 november met vakantie.", "11-17"),
    ("Over twee weken ben ik weer terug.", "11-18"),
    ("Estou de férias até dia 13.", "11-14"),
    ("Regresso a 16 de novembro.", "11-16"),
    ("Volto na segunda-feira.", "11-09"),
    ("Budu zpět 16. listopadu.", "11-16"),
    ("Dovolená od 9. do 13. 11.", "11-14"),
    ("Vrátím se za dva týdny.", "11-18"),
    ("Відсутній до 13.11.2026.", "11-14"),
    ("Повернуся за два тижні.", "11-18"),
    ("В отпуске до 13 ноября.", "11-14"),
    ("Вернусь 16 ноября.", "11-16"),
    ("Tillbaka måndag 16/11.", "11-16"),
    ("Jag är på semester t.o.m. 13 november.", "11-14"),
    ("Jeg er på ferie til og med 13. november.", "11-14"),
    ("Jeg er tilbake 16. november.", "11-16"),
    ("Palaan töihin 16.11.", "11-16"),
    ("本人11月9日至13日出差，14日恢复办公。", "11-14"),
    ("休假至11月13日。", "11-14"),
    ("11月16日（月）より出社いたします。", "11-16"),
    ("I'm out. My last day at Acme is 30 November.", None),
    (
        "Office closed for Thanksgiving, Thursday 26 and Friday 27 November. Reopening Monday 30 November.",
        "11-30",
    ),
    ("I'm currently out of the office returning Monday the 9th of November 2026 at 8:00 AM.", "11-09"),
    ("Out of office: 04/11/2026 - 10/11/2026", "11-11"),
    ("Away 11/09/2026-11/13/2026", "11-14"),
    ("Vuelvo el miércoles 17.", None),  # the 17th is a Tuesday: the two contradict each other
    ("I am away until Monday 17.", None),
    ("I will be back in 4000 weeks.", None),
]


@pytest.mark.parametrize(("note", "day"), NOTES)
def test_the_first_day_back(note: str, day: str | None) -> None:
    found = return_date.first_day_back(note, TODAY)
    assert (found.date.strftime("%m-%d") if found else None) == day


MONTHS = {
    "en": ("I am away until", "January February March April May June July August September October November December"),
    "pl": ("Jestem na urlopie do", "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"),
    "de": ("Ich bin im Urlaub bis zum", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "fr": ("Je suis absent jusqu'au", "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "es": ("Estoy de vacaciones hasta el", "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "it": ("Sono in ferie fino al", "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
}  # fmt: skip
LINK = {"es": " de "}
POINT = {"de": "."}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(MONTHS)),
    st.integers(1, 230),
    st.sampled_from(["written", "year", "numbers", "iso"]),
)
def test_a_day_printed_in_a_usual_way_is_read_back(code: str, ahead: int, form: str) -> None:
    day = TODAY + dt.timedelta(days=ahead)
    words, months = MONTHS[code]
    named = f"{day.day}{POINT.get(code, '')}{LINK.get(code, ' ')}{months.split()[day.month - 1]}"
    shown = {
        "written": named,
        "year": f"{named}{LINK.get(code, ' ')}{day.year}",
        "numbers": f"{day.day:02}.{day.month:02}.{day.year}",
        "iso": day.isoformat(),
    }[form]
    found = return_date.first_day_back(f"{words} {shown}.", TODAY, hint=code)
    assert found is not None
    assert found.date == day + dt.timedelta(days=1)
