"""The reference pages: made from what is served, whole, without a script; nothing is markup by accident."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from signaling.openapi import OPERATIONS, describe
from signaling.reference import api, markdown, routes
from signaling.reference.markup import VOID, element, joined, table
from signaling.sockets import described
from signaling.sockets.policy import EVENT_POLICY
from tests.signaling.house import World
from web_client.build_hook import BuildPages

PAGES = ("/api/v1/docs", "/api/v1/events")


class Reader(HTMLParser):
    """Reads a page as a browser would: every element closed where it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.names: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.names.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.links.append(str(given["href"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.fixture(scope="module")
def booking() -> str:
    return api.reference(describe("1.2.3", "https://visits.example.org"))


@pytest.fixture(scope="module")
def events() -> str:
    return str(markdown.rendered(routes.protocol()))


def test_every_request_answer_and_object_of_the_description_is_on_the_page(booking: str) -> None:
    description, said = describe("1.2.3", "https://visits.example.org"), text_of(booking)
    for one in OPERATIONS:
        assert f"{one.method} {one.path}" in said
        for code in one.refusals:
            assert f"{code} : " in said
    for name, schema in description["components"]["schemas"].items():
        assert f'id="object-{name}"' in booking
        for field in schema.get("properties", {}):
            assert f"<code>{field}</code>" in booking
    assert "https://visits.example.org" in said


def test_every_command_row_and_code_of_the_sockets_is_on_the_page(events: str) -> None:
    said = text_of(events)
    for _, union in described._NAMESPACES:
        for model in get_args(get_args(union)[0]):
            assert described._summary(model).replace("`", "") in re.sub(r" (?=[.,;:])", "", said)
    for row in EVENT_POLICY:
        assert f"<code>{row.event}</code>" in events
    for code in described.SENTENCES:
        assert f"<code>{code}</code>" in events


def test_no_word_of_the_protocols_description_is_lost(events: str) -> None:
    source = re.sub(r"<!--.*?-->", "", routes.protocol(), flags=re.DOTALL)
    assert set(re.findall(r"\w{3,}", source)) - {"js", "json"} <= set(re.findall(r"\w{3,}", text_of(events)))


@pytest.mark.sockets
@pytest.mark.parametrize("path", PAGES)
async def test_the_pages_are_whole_and_need_no_script(world: World, path: str) -> None:
    answer = await world.stranger().get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    read = Reader(answer.text)
    assert read.names.count("h1") == 1
    assert len(read.ids) == len(set(read.ids))
    assert {"script", "style", "img", "iframe"} & set(read.names) == set()
    assert " style=" not in answer.text
    for link in read.links:
        assert link.startswith("/api/v1/") or link[1:] in read.ids, link
    style = await world.stranger().get("/api/v1/reference.css")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    icon = await world.stranger().get("/api/v1/reference.svg")
    assert icon.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    again = await world.stranger(**{"If-None-Match": answer.headers["ETag"]}).get(path)
    assert again.status == 304


def test_text_is_text_and_markup_is_made() -> None:
    assert element("p", "<b> & ", element("code", "a<b")) == "<p>&lt;b&gt; &amp; <code>a&lt;b</code></p>"
    assert element("a", "x", href='"><script>', aria_label="1") == (
        '<a href="&quot;&gt;&lt;script&gt;" aria-label="1">x</a>'
    )
    assert joined(["a", "", "<"], "&") == "a&amp;&lt;"
    assert 'aria-label="One"' in table("One", ["head"], [["cell"]])


MARKDOWN: list[tuple[str, str]] = [
    ("# A `b` & c", '<h1 id="a-b--c">A <code>b</code> &amp; c</h1>'),
    ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
    ("**so** and *so*", "<p><strong>so</strong> and <em>so</em></p>"),
    ("* one\n  more\n* two", "<ul><li>one more</li><li>two</li></ul>"),
    ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
    ("```js\nif (a < b) {\n```", '<pre tabindex="0"><code>if (a &lt; b) {</code></pre>'),
    ("```\nnever closed", '<pre tabindex="0"><code>never closed</code></pre>'),
    ("[here](#there)", '<p><a href="#there">here</a></p>'),
    ("[page](other.md) [bad](javascript:alert(1))", "<p>page bad)</p>"),
    ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ("before <!-- secret\nnote --> after", "<p>before  after</p>"),
    ("`a*b*c`", "<p><code>a*b*c</code></p>"),
    ("a lone * and ` and [", "<p>a lone * and ` and [</p>"),
]


@pytest.mark.parametrize(("source", "html"), MARKDOWN)
def test_markdown_becomes_elements(source: str, html: str) -> None:
    assert markdown.rendered(source) == html


def test_a_bar_in_a_cell_is_no_border() -> None:
    html = markdown.rendered("| a | b |\n|---|---|\n| x \\| y | |")
    assert "<td>x | y</td><td></td>" in html
    assert html.count("<tr>") == 2


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (
            {"type": "string", "minLength": 1, "maxLength": 9},
            "string, at least 1 characters, at most 9 characters",
        ),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
        ({"anyOf": [{"const": "a"}, {"enum": ["b", 3]}]}, "<code>a</code> or <code>b</code>, <code>3</code>"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/X"}}, 'list of <a href="#object-X">X</a>'),
        ({"type": "string", "format": "date-time"}, "date-time"),
        ({}, "anything"),
    ],
)
def test_kinds_are_said_in_words(schema: dict[str, Any], said: str) -> None:
    assert api._kind(schema) == said


@pytest.mark.parametrize(("version", "carried"), [("standard", True), ("editable", False)])
def test_a_wheel_carries_the_protocols_description(version: str, carried: bool, tmp_path: Any) -> None:
    (tmp_path / "web_client" / "dist").mkdir(parents=True)
    (tmp_path / "web_client" / "dist" / "manifest.json").touch()  # newer than every source: nothing is built
    hook = BuildPages(str(tmp_path), {}, None, None, str(tmp_path), "wheel")  # type: ignore[arg-type]
    build_data: dict[str, Any] = {"force_include": {}}
    hook.initialize(version, build_data)
    assert (build_data["force_include"].get("docs/events.md") == "signaling/reference/events.md") is carried
