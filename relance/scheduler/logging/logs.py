"""How a daemon tells what it does: one line an event on standard error, for people or as JSON."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from relance import config
from relance.scheduler.logging import log_repeats, redaction


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines. One that cannot be written (a full disk, a closed pipe) is lost: the usual complaint about it would
    print the line's values past every mask."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing."""


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
    handler = Lines(out)
    handler.addFilter(log_repeats.Repeats(handler.handle))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=_renderers(settings, as_json, out)
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    # At its own debug and info levels Dramatiq tells of every hint.
    logging.getLogger("dramatiq").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # "Context impl SQLiteImpl." at each opening of a database: for whoever looks for a fault.
    logging.getLogger("alembic").setLevel(logging.DEBUG if root.level <= logging.DEBUG else logging.WARNING)


def _renderers(settings: config.Settings, as_json: bool, out: TextIO) -> list[structlog.typing.Processor]:
    """Values as text, never the local variables of a traceback, and no secret in the finished line."""
    hidden = redaction.Concealing(settings)
    steps: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        steps += [
            structlog.processors.ExceptionRenderer(redaction.TRACEBACKS),
            hidden.values,
            structlog.processors.JSONRenderer(),
        ]
    else:
        steps += [
            hidden.values,
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    return [*steps, hidden.line]
