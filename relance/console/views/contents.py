"""Every page of the console: what its files of `views/` list, put together."""

from __future__ import annotations

from relance.console.pages import Page
from relance.console.views import (
    entrance,
    inbox,
    profile,
    reports,
    searching,
    tasks,
    today,
    users,
)
from relance.console.views.long_work import importing, jobs
from relance.console.views.mailboxes import (
    adding,
    changing,
    connecting,
    copies,
    handing_over,
    leaves,
    looking,
    signing_in,
)
from relance.console.views.mailboxes.health import checks, signing
from relance.console.views.operation import auditing, operating
from relance.console.views.people import contacts, held, suppression_lists, suppressions
from relance.console.views.sequences import enrolling, overview, previewing, publishing, selected, text

PAGES: tuple[Page, ...] = (
    *today.PAGES,
    *searching.PAGES,
    *entrance.PAGES,
    *profile.PAGES,
    *users.PAGES,
    *operating.PAGES,
    *auditing.PAGES,
    *inbox.PAGES,
    *tasks.PAGES,
    *importing.PAGES,
    *jobs.PAGES,
    *reports.PAGES,
    *overview.PAGES,
    *selected.PAGES,
    *text.PAGES,
    *publishing.PAGES,
    *previewing.PAGES,
    *enrolling.PAGES,
    *held.PAGES,
    *contacts.PAGES,
    *suppressions.PAGES,
    *suppression_lists.PAGES,
    *adding.PAGES,
    *changing.PAGES,
    *handing_over.PAGES,
    *checks.PAGES,
    *signing.PAGES,
    *copies.PAGES,
    *leaves.PAGES,
    *signing_in.PAGES,
    *connecting.PAGES,
    *looking.PAGES,
)
# A new file of `views/` is named here.
