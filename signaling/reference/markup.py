"""HTML made of elements, so that nothing is markup by accident: every text is escaped where it is put in."""

from collections.abc import Iterable
from html import escape
from typing import Final

VOID: Final = frozenset({"link", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Markup
"""A text, which is escaped, or markup, which is not."""


def element(name: str, /, *content: Content, **attributes: str) -> Markup:
    """One element. An attribute's underscores are hyphens; a trailing one is for Python's own words."""
    given = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(content)}</{name}>")


def joined(content: Iterable[Content], between: str = "") -> Markup:
    """One after the other."""
    return Markup(
        escape(between).join(
            one if isinstance(one, Markup) else escape(one, quote=False) for one in content if one
        )
    )


def table(caption: str, heads: Iterable[Content], rows: Iterable[Iterable[Content]]) -> Markup:
    """A table that scrolls by itself where it is wider than the screen; reachable by keyboard for that."""
    head = element("tr", *(element("th", one, scope="col") for one in heads))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    made = element("table", element("thead", head), element("tbody", *body))
    return element("div", made, class_="wide", role="region", aria_label=caption, tabindex="0")


PAGES: Final = (
    ("/api/v1/docs", "Booking API"),
    ("/api/v1/events", "Socket events"),
    ("/api/v1/openapi.json", "OpenAPI file"),
)


def page(title: str, here: str, *content: Content) -> str:
    """A whole page, without a script. `here` is its own address."""
    links = (
        element("a", name, href=address, **({"aria_current": "page"} if address == here else {}))
        for address, name in PAGES
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · videovisit"),
        element("link", rel="icon", type="image/svg+xml", href="/api/v1/reference.svg"),
        element("link", rel="stylesheet", href="/api/v1/reference.css"),
    )
    body = element(
        "body",
        element("a", "Skip to the content", href="#content", class_="skip"),
        element("header", element("nav", *links, aria_label="Reference")),
        element("main", *content, id="content", tabindex="-1"),
    )
    return f"<!doctype html>{element('html', head, body, lang='en')}"
