"""A private DNS server: answers over UDP what a test wrote down, and NXDOMAIN to the rest."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

from tests.servers import ports

Zone = Mapping[tuple[str, str], Sequence[str]]


@contextmanager
def serving(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """A resolver that asks a server with these records: {("acme.example", "MX"): ["10 mx.acme.example."]}."""
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((ports.LOOPBACK, 0))
    thread = threading.Thread(target=_serve, args=(door, zone), daemon=True)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [ports.LOOPBACK], door.getsockname()[1]
    try:
        yield resolver
    finally:
        door.sendto(b"", door.getsockname())
        thread.join(5)
        door.close()


def _serve(door: socket.socket, zone: Zone) -> None:
    while True:
        asked, where = door.recvfrom(4096)
        if not asked:
            return
        door.sendto(_answer(dns.message.from_wire(asked), zone).to_wire(), where)


def _answer(query: dns.message.Message, zone: Zone) -> dns.message.Message:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    [question] = query.question
    name = question.name.to_text(omit_final_dot=True).lower()
    records = zone.get((name, dns.rdatatype.to_text(question.rdtype)))
    if records:
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *records))
    elif not any(known == name for known, _ in zone):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer
