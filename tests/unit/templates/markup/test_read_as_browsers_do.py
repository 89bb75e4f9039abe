"""What goes out says and links to what the author's HTML does, as another parser, one that browsers' rules were written into, reads both."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from relance import errors
from relance.templates import Rendered, Source, compile_source, values
from relance.templates.markup import attributes

references = st.sampled_from(
    ["&amp;", "&", "&lt;", "&gt;", "&quot;", "&#39;", "&nbsp;", "&copy", "&copy;", "&sect", "&section=", "&region=eu", "&reg", "&para=1", "&not", "&notin;", "&notit;", "&#169;", "&#xA9", "&#xz", "&#;", "&T", "&D ",
     "&lt=", "&order=2", "&times3", "&amp;copy=1", "&ampcopy", "&hearts;", "&Eacute", "&x;", "&&", "&=", "&;"]
)  # fmt: skip
words = st.text(alphabet="abz019żß=?/#%;.,:-_~ ", max_size=6)
said = st.lists(references | words, max_size=5).map("".join)
address = said.map(
    lambda each: "https://a.example/" + re.sub(r"[ \"<>]|&(?:quot|lt|gt|nbsp|#39);?", "", each)
)
quotes = st.sampled_from(['"{}"', "'{}'", "{}"])
spaces = st.sampled_from([" ", "\n", "  ", "/ "])
others = st.sampled_from(
    ["", "class=x", "TITLE='R&D &copy=1'", "data-a", 'style="color:red"', "target=_blank", "title=a&b/"]
)


@st.composite
def anchors(draw: st.DrawFn) -> str:
    equals = draw(st.sampled_from(["=", " = ", "=\n"]))
    parts = [
        "<" + draw(st.sampled_from(["a", "A"])),
        draw(others),
        "hReF" + equals + draw(quotes).format(draw(address)),
        draw(others),
    ]
    return draw(spaces).join(each for each in parts if each) + f" >{draw(said)}</a>"


plain = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["p", "b", "h2", "span", "div", "em"]), said)
blocks = st.lists(anchors() | plain | said | st.sampled_from(["<br>", "<br/>", "<hr>", "<!-- a & b -->", "<ul><li>x</ul>", "<img src=https://a.example/x.png?a&lt=1 alt='R&D'>", "<table><tr><td>1<td>2</table>"]), max_size=8).map("".join)  # fmt: skip


def read(page: str) -> tuple[list[str], list[str], str]:
    """The targets of its links, the addresses of its images, its words."""
    tree = LexborHTMLParser(f"<body>{page}</body>")
    assert tree.body is not None
    targets, images = (
        [values.clean(node.attributes.get(name) or "") for node in tree.css(tag)]
        for tag, name in (("a", "href"), ("img", "src"))
    )
    return targets, images, values.clean(tree.body.text())  # no mail carries control characters


@settings(max_examples=1000, deadline=None)
@given(blocks)
def test_every_target_out_is_the_target_in_and_no_word_changes(page: str) -> None:
    try:
        compiled = compile_source(Source(None, html=page))
    except errors.Invalid:
        return
    made = compiled.render({}, lambda link: link.target)
    if not isinstance(made, Rendered):
        return
    assert read(made.html) == read(page)
    assert [link.target for link in made.links] == read(page)[0]


@settings(max_examples=300, deadline=None)
@given(anchors())
def test_attributes_are_those_a_browser_finds(anchor: str) -> None:
    tag = anchor[: anchor.index(" >") + 2]
    node = LexborHTMLParser(f"<body>{tag}</a></body>").css_first("a")
    assert node is not None
    first: dict[str, str | None] = {}
    for name, value in attributes.read(tag):
        first.setdefault(name, value)
    assert first == {
        name: value if value is not None or f"{name}=" in tag.lower() else None
        for name, value in node.attributes.items()
    }
