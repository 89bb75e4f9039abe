"""An opt-out has an object that is us or our mails; a buyer who strikes a line from an offer wants to go on buying."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox import classification
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Kind

ANSWER = """From: Kim <kim@lake.example>
To: ada@sales.example
Subject: Re: Offer
Message-ID: <k5@lake.example>
In-Reply-To: <0192f@sales.example>
Content-Type: text/plain; charset=utf-8

{}
"""

ORDERS = [
    "Please take me off the Rotterdam quote and put me on the Antwerp one.",
    "Proszę usunąć z oferty pozycję 3.",
    "Please remove item 4 from the order and send the rest.",
    "Could you remove the setup fee from the invoice?",
    "Please take line 2 off the quote.",
    "Bitte streichen Sie Position 3 aus dem Angebot.",
    "Bitte entfernen Sie den zweiten Artikel aus der Bestellung.",
    "Merci de retirer la ligne 3 du devis.",
    "Por favor elimine el artículo 2 del pedido.",
    "Proszę wykreślić punkt 5 z umowy i przesłać nową wersję.",
    "Please cancel my order 4411 and send the new price list.",
    "Stop by our office on Tuesday.",
    "Please delete the second position in the quote.",
    "Remove me from the meeting on Friday, Anna will join instead.",
    "Please remove Tom from the cc, he left.",
    "Per favore togliete la voce 2 dal preventivo.",
    "Verwijder regel 3 uit de offerte.",
    "Proszę usunąć pana Nowaka z listy uczestników szkolenia.",
    "Proszę skreślić nas z zamówienia na wtorek, bierzemy środę.",
    "Please stop the delivery of pallets until Monday.",
    "Nie wysyłać próbek przed piątkiem, magazyn jest zamknięty.",
    "Please do not send the samples to the old address.",
    "We would like to remove the annual support from the contract, can you send a new draft?",
    "Take Peter off the thread please, he moved to sales.",
    "Please stop the process on our side until the budget is there.",
    "Can you delete the duplicate positions in the offer?",
    "Proszę o usunięcie z wyceny transportu.",
    "Możecie wypisać fakturę na nową spółkę?",
    "Proszę wypisać zamówienie na 20 sztuk.",
    "Wypisz nam ofertę na 30 stanowisk.",
    "Bitte löschen Sie Zeile 4, den Rest nehmen wir.",
    "Bitte den Termin löschen und einen neuen vorschlagen.",
    "Pouvez-vous supprimer la remise de la facture ?",
    "Quite el transporte del presupuesto, lo recogemos nosotros.",
    "I'd like to unsubscribe from our current vendor and switch to you, how?",
    "Please remove the watermark from the sample and resend.",
    "We cancelled our subscription with X, so interested.",
    "Don't send the contract before Monday.",
    "Please stop using our logo in your deck, and call me about pricing.",
    "Not interested in the basic plan, remove it from the comparison.",
]

WISHES = [
    "Do not contact me or anybody else at Lake.",
    "Der Nutzung meiner Daten widerspreche ich.",
    "Прошу більше мені не писати.",
    "Take me off.",
    "Take us off your list.",
    "Please take my name off your mailing list",
    "Proszę mnie usunąć z bazy.",
    "Remove me.",
    "Please stop emailing me.",
    "Stop sending me this.",
    "Bitte löschen Sie meine Adresse.",
    "Keine weiteren Mails bitte.",
    "Ich möchte keine E-Mails mehr von Ihnen erhalten.",
    "Ne m'écrivez plus.",
    "Merci de me retirer de votre liste de diffusion.",
    "Je m'oppose à l'utilisation de mes données.",
    "No me escriban más.",
    "Por favor, deme de baja.",
    "Non scrivetemi più.",
    "Vi prego di cancellarmi.",
    "Nie życzę sobie takich wiadomości.",
    "Proszę o zaprzestanie wysyłki.",
    "Proszę więcej do mnie nie pisać.",
    "Gelieve mij niet meer te mailen.",
    "Schrijf me uit.",
    "Por favor remova o meu email.",
    "Prosím, už mi nepište.",
    "Odhlaste mě.",
    "Не пишіть мені більше.",
    "Пожалуйста, не пишите мне больше.",
    "Lose my number.",
    "I never signed up for this. Remove my email from your database.",
    "Unsubscribe me from all future emails please",
    "This is spam, I'll report you.",
    "Don't ever write to us again.",
    "Please don't email me again.",
    "We don't want to receive any further emails from your company.",
    "opt me out",
    "Nicht mehr kontaktieren!",
    "Bitte nehmen Sie mich aus dem Verteiler.",
    "Unterlassen Sie weitere Werbung.",
    "Désinscription",
    "Arrêtez de m'envoyer des mails.",
    "Quiero que borren mis datos.",
    "Cancellatemi dalla lista.",
    "Não me enviem mais e-mails.",
    "Wypiszcie mnie z tej listy.",
    "Usuńcie mój adres",
    "Nie wyrażam zgody na otrzymywanie informacji handlowych.",
    "Sprzeciwiam się przetwarzaniu moich danych w celach marketingowych.",
    "Ta bort mig från er lista.",
    "Lopeta viestien lähettäminen.",
    "Slet mig fra listen",
    "Iratkozzanak le rólam, ne írjanak többet.",
    "Lütfen bana bir daha yazmayın.",
    "Please remove me from your list and delete my data.",
    "Could you take me off this list, thanks",
    "I'd rather not receive these.",
    "Please cease all communication.",
    "kindly refrain from contacting us",
    "Do NOT email me",
    "no more spam",
    "stop spamming",
    "Please delete my contact details under GDPR.",
    "Remove this address from your CRM.",
    "UNSUBSCRIBE!!!",
    "Unsubscribe, please. Thanks",
    "Nie pisz do mnie więcej.",
    "Proszę nie wysyłać mi ofert.",
    "Proszę o wykreślenie z bazy.",
    "Dziękuję, proszę o usunięcie mojego adresu z Państwa listy.",
    "Żądam usunięcia moich danych osobowych.",
    "Nie zgadzam się na przetwarzanie danych.",
    "Skąd macie mój adres? Proszę go usunąć.",
    "Bitte keine Werbung mehr.",
    "Ich habe kein Interesse, bitte schreiben Sie mir nicht mehr.",
    "Löschen Sie meine Daten gemäß DSGVO.",
    "Woher haben Sie meine Adresse? Löschen!",
    "Bitte austragen",
    "Veuillez supprimer mon adresse de vos fichiers.",
    "Ne me contactez plus.",
    "Je ne souhaite plus recevoir vos messages.",
    "Désabonnez-moi",
    "Deje de enviarme correos.",
    "Bórreme de su lista",
    "No deseo recibir más información.",
    "Smettetela di scrivermi.",
    "Non desidero ricevere altre comunicazioni.",
    "Rimuovetemi dalla vostra mailing list",
    "Stop met mailen.",
    "Haal mij van de lijst af.",
    "Ik wil geen mails meer ontvangen.",
    "Parem de me enviar mensagens.",
    "Não quero receber mais contactos.",
    "Nepřeji si další e-maily.",
    "Vymažte mě z databáze.",
    "Видаліть мою адресу.",
    "Не надсилайте мені листів.",
    "Отпишите меня.",
    "Уберите меня из рассылки.",
]


def kind(text: str) -> Kind:
    mail = message.read(ANSWER.format(text).encode())
    received = dt.datetime(2026, 11, 4, 9, 0, tzinfo=dt.UTC)
    return classification.judge(mail, received=received, own_addresses=mail.to).kind


@pytest.mark.parametrize("text", ORDERS)
def test_an_order_is_no_opt_out(text: str) -> None:
    assert kind(text) is Kind.HUMAN


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_to_be_left_alone_is_one(text: str) -> None:
    assert kind(text) is Kind.OPT_OUT
