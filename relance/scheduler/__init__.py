"""Time and hands: finds out which mailboxes have something to do now, and gives each a turn on a worker.

Nothing here is the truth. The database knows what is due; the broker carries hints (`turn this mailbox`) that may be lost,
late, doubled or reordered, and the loop looks again every few seconds. The only room that knows Dramatiq and Redis.
"""

from relance import late

with late.hidden("rich", "pygments", "greenlet"):
    # Nine megabytes, for colours that no log of ours has and for threads of a kind that we do not start.
    import structlog as structlog
