"""People whose first mails are due, at a server that says what it is told: for what nobody can tell to be about one person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.sequences import enroll as sequences_enroll
from relance.engine.sequences import publish
from relance.engine.states import State
from relance.engine.store.contacts import suppressions
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details, enrollments
from tests import engine_house
from tests.servers import scripted_imap
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point
from tests.servers.scripted_imap import Script

ADA = "ada@firm.example"
KIM, LOU, BOB, EVE = "kim@lake.example", "lou@lake.example", "bob@hill.example", "eve@wood.example"
TAKEN = ""


class Desk:
    """People whose first mails are due, in the order of their names, a mail a turn."""

    def __init__(self, house: Context, smtp: FaultServer, imap: scripted_imap.Scripted) -> None:
        self.house, self.smtp, self.script = house, smtp, imap.script
        publish.publish(house, engine_house.TRIAL)
        servers = {"smtp_host": "127.0.0.1", "smtp_port": smtp.port, "smtp_security": "plain"}
        servers |= {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "plain"}
        engine_house.add_mailbox(house, ADA, synced_at=None, **servers)

    def enroll(self, *emails: str) -> None:
        for email in emails:
            contact_service.add(self.house, email, {})
            sequences_enroll.enroll(self.house, sequences_enroll.EnrollRequest("Trial", emails=[email]))
        self.advance(hours=2)

    def says(self, *answers: str, point: Point = Point.RCPT) -> None:
        """What the server says to the next mails, one after the other."""
        for words in answers:
            fault = Fault(point, Kind.REPLY, words) if words else Fault(point, Kind.DELAY, seconds=0)
            self.smtp.fail(fault)

    def advance(self, **span: float) -> None:
        engine_house.clock(self.house).advance(**span)

    def turns(self, count: int = 4) -> None:
        for _ in range(count):
            turn.take_turn(self.house, 1, lambda: False)
            self.advance(minutes=2)

    @property
    def offered(self) -> list[str]:
        """Whoever the server was asked about."""
        with self.smtp.lock:
            lines = [each for each in self.smtp.envelopes if each.startswith("RCPT")]
        return [each.partition("<")[2].partition(">")[0] for each in lines]

    @property
    def accepted(self) -> list[str]:
        """Whose mail the server took."""
        with self.smtp.lock:
            return [each.recipient for each in self.smtp.accepted]

    @property
    def mailbox(self) -> mailboxes.Mailbox:
        with self.house.database.read() as conn:
            return mailboxes.by_id(conn, 1)

    @property
    def paused(self) -> bool:
        return self.mailbox.state == "paused"

    def row(self, email: str) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollment_details.matching(conn, email=email)[0].enrollment

    def touched(self) -> list[str]:
        """Whoever an answer was held against."""
        with self.house.database.read() as conn:
            rows = enrollment_details.matching(conn)
        return sorted(each.email for each in rows if each.enrollment.state is not State.ACTIVE)

    def suppressed(self) -> set[str]:
        with self.house.database.read() as conn:
            return {each.value for each in suppressions.list_all(conn)}


@contextlib.contextmanager
def opened(url: str, folder: Path) -> Iterator[Desk]:
    """Over real sockets: an SMTP server that says what it is told, and an IMAP server with what came back."""
    login = (ADA, engine_house.PASSWORD)
    with (
        FaultServer(Behaviour(starttls=False, login=login)) as smtp,
        scripted_imap.running(Script()) as imap,
        engine_house.build(url, folder, allow_test_domains=True) as house,
    ):
        yield Desk(house, smtp, imap)


def handed_on(where: str, words: str = "550 5.7.1 blocked for its reputation") -> str:
    code = words.partition(" ")[0]
    return f"{code} host mx.{where}[192.0.2.9] said: {words} (in reply to end of DATA command)"
