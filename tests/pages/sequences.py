"""The reference of the language of sequences: its keys as the models say them, and an example for each part."""

from __future__ import annotations

import pydantic

from relance.engine.definition import company_rules, sequence, steps
from relance.engine.sequences import publish
from relance.engine.store.contacts import contacts

HEAD = """# The language of sequences

A sequence is a YAML file. This page is made from the code; each example on it is checked by a test. `relance sequence check FILE` names every
mistake of a file with its line, its column and what to write; `relance sequence schema` prints the JSON Schema
([sequence.schema.json](../examples/sequence.schema.json)), from which editors complete keys and show the same words.
"""
PARTS: dict[str, type[pydantic.BaseModel]] = {
    "The sequence": sequence.Sequence,
    "send": sequence.Send,
    "stop": sequence.Stop,
    "stop: company": company_rules.CompanyRules,
    "track": sequence.Track,
    "A mail": steps.MailStep,
    "variants": steps.Variant,
    "A branch": steps.BranchStep,
    "A task": steps.TaskStep,
    "A wait": steps.WaitStep,
    "An end": steps.EndStep,
}
_STEPS = "steps:\n  - id: intro\n    subject: A question\n    body: 'See [our prices](https://relance.example/prices \"prices\").'\n"
EXAMPLES = {
    "The sequence": "sequence: Spring\ngoal: meeting\nlanguage: en\nweight: 2\nmailboxes: {ada@northwind.example: 2, ben@northwind.example: 1}\naway_without_date: 10 business days\nunsubscribe: 'No more of this: {link}'\nvalues:\n  booking: https://relance.example/book\n"
    + _STEPS,
    "send": "sequence: Spring\nsend:\n  hours:\n    mon-thu: 08:30-11:30, 13:00-16:30\n    fri: 08:30-12:00\n  zone: contact\n  default_zone: Europe/Warsaw\n  holidays: PL\n  closed: [2026-12-24]\n"
    + _STEPS,
    "stop": "sequence: Spring\nstop:\n  company: positive reply\n  when: country == 'PL'\n" + _STEPS,
    "stop: company": "sequence: Spring\nstop:\n  company:\n    any reply: go on\n    positive reply: hand over\n    question: slow 3 business days\n    opt-out: stop\n"
    + _STEPS,
    "track": "sequence: Spring\ntrack:\n  opens: no\n  clicks: yes\n" + _STEPS,
    "A mail": "sequence: Spring\n"
    + _STEPS
    + "  - id: bump\n    after: 3 business days\n    at: 09:30\n    when: not clicked('intro')\n    thread: reply\n    body: |\n      Hi {{ first_name | default(\"there\") }},\n\n      did **this** reach you?\n",
    "variants": "sequence: Spring\n"
    + _STEPS
    + "    weight: 2\n    variants:\n      - id: short\n        subject: One question\n        weight: 1\n",
    "A branch": "sequence: Spring\n"
    + _STEPS
    + "  - id: looked\n    after: 2 days\n    when: clicked('intro', 'prices')\n    then:\n      - id: call\n        task: Call {{ first_name | default(email) }}\n    else:\n      - end: no interest\n",
    "A task": "sequence: Spring\n"
    + _STEPS
    + "  - id: call\n    after: 2 business days\n    when: phone is defined\n    task: Call {{ phone }}\n    wait_until_done: yes\n",
    "A wait": "sequence: Spring\n" + _STEPS + "  - wait: until tuesday\n  - id: call\n    task: Call\n",
    "An end": "sequence: Spring\n" + _STEPS + "  - end: nothing more to say\n",
}
WAITS = ("90 minutes", "4 hours", "2 days", "3 business days", "1 week", "until tuesday")
CONDITIONS = {
    "clicked": ("clicked('intro', 'prices')", "A person clicked a link of that mail; without the second name, any of its links."),
    "opened": ("opened('intro')", "The mail was opened. Needs `trust_opens: yes`, because machines open mail that people never see."),
    "replied": ("not replied()", "Always false where it can be asked: an answer of the contact ends the sequence before the next step."),
}  # fmt: skip
FILTERS = {
    "capitalize": ("{{ company | capitalize }}", "The first letter a capital, the rest small."),
    "count": ("{{ company | count }}", "The same as `length`."),
    "d": ("{{ first_name | d('there') }}", "The same as `default`."),
    "default": ("{{ first_name | default('there') }}", "Other words where the contact has no value; without them the person is held."),
    "first": ("{{ company | first }}", "The first letter of a text, or entry of a list."),
    "float": ("{{ weight_in_kg | float }}", "A number with a fraction, from text."),
    "int": ("{% if employees | int > 50 %}many{% endif %}", "A whole number, from text."),
    "join": ("{{ products | join(', ') }}", "The entries of a list in one text."),
    "last": ("{{ company | last }}", "The last letter of a text, or entry of a list."),
    "length": ("{{ company | length }}", "How many letters or entries."),
    "lower": ("{{ company | lower }}", "Small letters."),
    "replace": ("{{ company | replace('Ltd', '') }}", "One piece of the text replaced by another."),
    "round": ("{{ weight_in_kg | float | round(1) }}", "A number rounded."),
    "title": ("{{ company | title }}", "Each word with a capital."),
    "trim": ("{{ company | trim }}", "Without blanks at both ends."),
    "truncate": ("{{ company | truncate(20) }}", "No more than so many letters."),
    "upper": ("{{ company | upper }}", "Capital letters."),
}  # fmt: skip
OWN = frozenset({"weight_in_kg", "employees", "products"})
VARIABLES = ("email", *contacts.FIELDS, *sorted(publish.SENDER))


def keys(model: type[pydantic.BaseModel]) -> dict[str, str]:
    """What each key of a part does."""
    return {
        info.alias or name: " ".join((info.description or "").split())
        for name, info in model.model_fields.items()
    }


def as_markdown() -> str:
    """The page."""
    parts = [HEAD]
    for title, model in PARTS.items():
        rows = [f"| `{key}` | {said} |" for key, said in keys(model).items()]
        parts.append(
            "\n".join((f"## {title}\n\n| key | |\n|---|---|", *rows, f"\n```yaml\n{EXAMPLES[title]}```\n"))
        )
    waits = ", ".join(f"`{each}`" for each in WAITS)
    parts.append(f"## Waits\n\nAfter `after` and `wait` stands one of: {waits}.\n")
    parts.append("## Conditions\n\nAfter `when`: fields compared (`country == 'PL' and employees | int > 50`), `is defined`, `in`, `and`, `or`, `not`, and what has happened.\n\n" + _table(CONDITIONS))  # fmt: skip
    parts.append("## Filters\n\n" + _table(FILTERS))
    listed = "\n".join(f"- `{{{{ {name} }}}}`" for name in VARIABLES)
    parts.append(f"## Variables\n\nBesides these, every other column of an imported file is a field under its own name, and every key of `values`.\n\n{listed}\n")  # fmt: skip
    return "\n".join(parts)


def _table(rows: dict[str, tuple[str, str]]) -> str:
    told = [f"| `{name}` | `{example}` | {said} |" for name, (example, said) in rows.items()]
    return "\n".join(("| name | example | |\n|---|---|---|", *told)) + "\n"
