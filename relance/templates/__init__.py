"""Words: from a template and a contact to subject, text and HTML. Knows nothing of mail or SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relance import late

if TYPE_CHECKING:
    from relance.templates.compiling import Compiled, check_source, compile_source
    from relance.templates.conditions import Condition, check_condition, compile_condition
    from relance.templates.markup.links import Link, site, slug
    from relance.templates.words import Missing, Rendered, Source, Unusable, Words, with_footer

__all__ = [
    "Compiled",
    "Condition",
    "Link",
    "Missing",
    "Rendered",
    "Source",
    "Unusable",
    "Words",
    "check_condition",
    "check_source",
    "compile_condition",
    "compile_source",
    "site",
    "slug",
    "with_footer",
]

__getattr__ = late.names(
    __name__,
    {  # those who only ask for a class of a value need no Jinja
        "compiling": ("Compiled", "check_source", "compile_source"),
        "conditions": ("Condition", "check_condition", "compile_condition"),
        "markup.links": ("Link", "site", "slug"),
        "words": ("Missing", "Rendered", "Source", "Unusable", "Words", "with_footer"),
    },
)
