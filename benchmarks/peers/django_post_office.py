# mypy: ignore-errors
"""django-post-office at its best: `... django_post_office.py URL PORT MAILS SIZE PROCESSES RENDERS`, by the peers' own Python.

PostgreSQL, large batches, no log row a mail, five threads a process with kept connections: what of its settings is quickest.
RENDERS is `before` (subject, text and HTML stand in the queue, the same for everybody, before the clock starts: nothing is
left to render) or `sending` (a template with the recipient's own words is rendered as a mail is sent, which is what we do).
Neither rewrites a link or marks a mail before its body; what was sent is recorded once a batch. Prints seconds of sending and
of its own CPU, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

url, port, mails, size, processes = sys.argv[1], *map(int, sys.argv[2:6])
sending = sys.argv[6] == "sending"
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
from post_office.models import STATUS, Email, EmailTemplate  # noqa: E402

LINE = "Relance writes those mails for your people, and falls silent the moment somebody answers. "


SUBJECT = "{{ company }}: fewer forgotten follow-ups, {{ first_name }}"
LINKS = [
    f"https://relance.example/{page}/{{{{ slug }}}}" for page in ("pricing", "stories", "watch", "questions")
]


def main() -> None:
    call_command("migrate", verbosity=0)
    Email.objects.all().delete()
    queue = _templates if sending else _whole
    for start in range(0, mails, 1000):
        mail.send_many(list(queue(range(start, min(start + 1000, mails)))))
    began, spent = time.perf_counter(), _cpu()
    mail.send_queued_mail_until_done(processes=processes, log_level=0)
    seconds, spent = time.perf_counter() - began, _cpu() - spent
    sent = Email.objects.filter(status=STATUS.sent).count()
    print(json.dumps({"seconds": seconds, "sent": sent, "cpu": spent}))


def _cpu():
    """Of this process and of those that it waited for."""
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(found.ru_utime + found.ru_stime for found in each)


def _envelope(number):
    return {
        "recipients": [f"bob{number}@buyer{number}.example"],
        "sender": f"rep{number % 200}@sales.example",
    }


def _whole(numbers):
    text = LINE * (size * 2 // 5 // len(LINE))
    page = f"<p>{LINE}</p>" * (size * 3 // 5 // (len(LINE) + 7))
    for number in numbers:
        subject = f"Company {number} Ltd: fewer forgotten follow-ups"
        yield _envelope(number) | {"subject": subject, "message": text, "html_message": page}


def _templates(numbers):
    greeting, links = "Hi {{ first_name }},\n", "\n".join(LINKS)
    text = greeting + LINE * (size * 2 // 5 // len(LINE)) + links
    page = f"<p>{greeting}</p>" + f"<p>{LINE}</p>" * (size * 3 // 5 // (len(LINE) + 7))
    page += "".join(f'<a href="{link}">{{{{ city }}}}</a>' for link in LINKS)
    made = {"subject": SUBJECT, "content": text, "html_content": page}
    template, _ = EmailTemplate.objects.get_or_create(name="intro", defaults=made)
    for number in numbers:
        words = {
            "company": f"Company {number} Ltd",
            "first_name": f"Bob{number}",
            "city": f"Newtown {number % 97}",
        }
        context = words | {"slug": f"wholesale-{number}"}
        yield _envelope(number) | {"template": template, "context": context, "render_on_delivery": True}


if __name__ == "__main__":
    main()
