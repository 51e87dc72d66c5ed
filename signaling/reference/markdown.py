"""As much of Markdown as docs/events.md uses, made into elements; anything else stands as text.

Headings, paragraphs, lists, tables, fenced code; in a line: code, emphasis, links. HTML in it is text, too.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from signaling.reference.markup import Content, Markup, element, joined, table

_INLINE: Final = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\*(?P<em>[^*]+)\*|\[(?P<said>[^\]]+)\]\((?P<to>[^)\s]+)\)"
)
_HEADING: Final = re.compile(r"(#{1,6}) +(.+)")
_ITEM: Final = re.compile(r"(?:[*-]|(\d+)\.) +(.*)")
_CELL: Final = re.compile(r"(?<!\\)\|")
_RULE: Final = re.compile(r"\|?[ :|-]+\|?")
_SAFE: Final = re.compile(r"https://|#|/")
"""Where a link may lead. Others (files beside the page) do not exist on a server."""


def rendered(source: str) -> Markup:
    """The elements of a page, one heading of the first level included."""
    return joined(list(_blocks(_lines(source))), "\n")


def _lines(source: str) -> list[str]:
    return re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL).splitlines()


def _blocks(lines: list[str]) -> Iterator[Markup]:
    at, title = 0, ""
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif heading := _HEADING.match(line):
            title = heading[2].replace("`", "")
            yield element(f"h{len(heading[1])}", inline(heading[2]), id=anchor(title))
            at += 1
        elif line.startswith("```"):
            end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), len(lines))
            yield element("pre", element("code", "\n".join(lines[at + 1 : end])), tabindex="0")
            at = end + 1
        elif line.startswith("|"):
            end = _end(lines, at, lambda one: one.startswith("|"))
            yield _table(title, lines[at:end])
            at = end
        elif _ITEM.match(line):
            end = _end(lines, at, lambda one: bool(_ITEM.match(one)) or one.startswith("  "))
            yield _list(lines[at:end])
            at = end
        else:
            end = _end(lines, at, lambda one: bool(one.strip()) and not one.startswith(("|", "```", "#")))
            yield element("p", inline(" ".join(lines[at:end])))
            at = end


def _end(lines: list[str], start: int, goes_on: Callable[[str], bool]) -> int:
    return next((n for n in range(start + 1, len(lines)) if not goes_on(lines[n])), len(lines))


def _table(title: str, lines: list[str]) -> Markup:
    rows = [_cells(line) for line in lines if not _RULE.fullmatch(line)]
    return table(title, rows[0], rows[1:])


def _cells(line: str) -> list[Content]:
    return [inline(cell.strip().replace("\\|", "|")) for cell in _CELL.split(line.strip().strip("|"))]


def _list(lines: list[str]) -> Markup:
    items: list[str] = []
    for line in lines:
        if found := _ITEM.match(line):
            items.append(found[2])
        else:
            items[-1] += f" {line.strip()}"
    first = _ITEM.match(lines[0])
    ordered = first is not None and first[1] is not None
    return element("ol" if ordered else "ul", *(element("li", inline(item)) for item in items))


def inline(text: str) -> Markup:
    """A line with its code, emphasis and links."""
    parts: list[Content] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts += [text[end : found.start()], _marked(found)]
        end = found.end()
    return joined([*parts, text[end:]])


def _marked(found: re.Match[str]) -> Markup:
    if found["code"] is not None:
        return element("code", found["code"])
    if found["to"] is None:
        return (
            element("em", inline(found["em"])) if found["em"] else element("strong", inline(found["strong"]))
        )
    return (
        element("a", found["said"], href=found["to"]) if _SAFE.match(found["to"]) else joined([found["said"]])
    )


def anchor(title: str) -> str:
    """The id of a heading, as the forges make it."""
    return re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
