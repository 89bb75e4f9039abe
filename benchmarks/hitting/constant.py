"""The same server with nothing to do: `python -m benchmarks.hitting.constant PORT` answers everything with the pixel."""

from __future__ import annotations

import sys
import threading

from benchmarks.hitting.visitors import LONGEST_SECONDS
from relance import clock
from relance.scheduler.web_server import web as scheduler_web
from relance.tracking import answers, tokens, web
from tests.servers import ports

SIGNER = tokens.Signer({1: bytes(32)}, 1)
PIXEL = answers.TrackingAnswers(answers.RequestReader(SIGNER, clock.machine_now), web.HEADERS).pixel


async def answer(scope: object, receive: object, send: answers.Send) -> None:
    """An ASGI app: the two messages that a pixel gets, header by header, for everybody."""
    del scope, receive
    await answers.say(PIXEL, send)


def main() -> None:
    server = scheduler_web.Web(answer, [scheduler_web.listen(ports.LOOPBACK, int(sys.argv[1]))])
    server.start()
    print("constant: ready", flush=True)
    threading.Event().wait(LONGEST_SECONDS * 2)


if __name__ == "__main__":
    main()
