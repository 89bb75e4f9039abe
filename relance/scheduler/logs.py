"""How a daemon tells what it does: one line an event on standard error, for people or as JSON."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from relance import clock, config

REPEAT_SECONDS = 60.0
# Libraries that would repeat themselves every few seconds while a server is away, each time with a traceback.
NOISY = ("dramatiq", "uvicorn")


class Once(logging.Filter):
    """Lets a library say the same thing once a minute, and without its traceback where it is only about a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what was said within the last minute."""
        if record.name.partition(".")[0] not in NOISY:
            return True
        now = clock.elapsed()
        self.said = {what: when for what, when in self.said.items() if now - when < REPEAT_SECONDS}
        key = (record.name, str(record.msg))
        if key in self.said:
            return False
        self.said[key] = now
        return True


def configure(settings: config.Settings, stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library's logging alike. The one place that does."""
    out = stream or sys.stderr
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a logger made before this call follows it all the same
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(Once())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(as_json, out))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # At its own debug and info levels Dramatiq tells of every hint.
    logging.getLogger("dramatiq").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def _renderers(as_json: bool, out: TextIO) -> list[structlog.typing.Processor]:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if as_json:
        return [remove, structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    return [
        remove,
        structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback),
    ]
