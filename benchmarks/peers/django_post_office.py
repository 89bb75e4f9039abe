# mypy: ignore-errors
"""django-post-office at its best, run by the peers' own Python: `... django_post_office.py URL PORT MAILS SIZE PROCESSES`.

PostgreSQL, subject, text and HTML rendered when they are enqueued (nothing is left to render), large batches, no log row a
mail, five threads a process with kept connections: what of its settings is quickest. Prints seconds of sending, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

url, port, mails, size, processes = sys.argv[1], *map(int, sys.argv[2:])
place = urlsplit(url)
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": place.path.lstrip("/"),
            "USER": place.username or "",
            "PASSWORD": place.password or "",
            "HOST": place.hostname or "",
            "PORT": place.port or "",
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=port,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    POST_OFFICE={
        "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        "BATCH_SIZE": 1000,
        "THREADS_PER_PROCESS": 5,
        "LOG_LEVEL": 0,
    },
)
django.setup()

from django.core.management import call_command  # noqa: E402
from post_office import mail  # noqa: E402
from post_office.models import STATUS, Email  # noqa: E402

LINE = "Relance writes those mails for your people, and falls silent the moment somebody answers. "


def main() -> None:
    call_command("migrate", verbosity=0)
    Email.objects.all().delete()
    text = LINE * (size * 2 // 5 // len(LINE))
    page = f"<p>{LINE}</p>" * (size * 3 // 5 // (len(LINE) + 7))
    for start in range(0, mails, 1000):
        mail.send_many(
            [
                {
                    "recipients": [f"bob{number}@buyer{number}.example"],
                    "sender": f"rep{number % 200}@sales.example",
                    "subject": f"Company {number} Ltd: fewer forgotten follow-ups",
                    "message": text,
                    "html_message": page,
                }
                for number in range(start, min(start + 1000, mails))
            ]
        )
    began = time.perf_counter()
    mail.send_queued_mail_until_done(processes=processes, log_level=0)
    seconds = time.perf_counter() - began
    sent = Email.objects.filter(status=STATUS.sent).count()
    print(json.dumps({"seconds": seconds, "sent": sent}))


if __name__ == "__main__":
    main()
