"""Pages, assets, and the headers every answer carries."""

import re

import pytest

from signaling.http.security import OF_DOCUMENTS, headers
from tests.signaling.house import World
from web_client import DIST

pytestmark = pytest.mark.sockets

PAGES = ("/", "/visit", "/clinician", "/support")
needs_pages = pytest.mark.skipif(
    not (DIST / "member.html").is_file(), reason="the pages are not built: make pages"
)

EVERYTHING = (
    *PAGES,
    "/assets/none.js",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/member/brand",
    "/api/member/visit",
    "/api/staff/me",
    "/api/v1/openapi.json",
    "/api/v1/visits/x",
    "/no/such/page",
    "/socket.io/?EIO=4&transport=polling",
)


def directives(policy: str) -> dict[str, str]:
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.parametrize("path", EVERYTHING)
async def test_every_answer_is_protected(world: World, path: str) -> None:
    answer = await world.stranger().get(path)
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert policy["connect-src"] == f"'self' {world.base.replace('http', 'ws')}"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self), microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers
    assert "Strict-Transport-Security" not in answer.headers


@needs_pages
async def test_what_is_no_document_carries_no_policy_of_documents(world: World) -> None:
    html = (await world.stranger().get("/visit")).text
    paths = re.findall(r"/assets/[^\"]+\.(?:js|css)", html)
    assert paths
    for path in paths:
        answer = await world.stranger().get(path)
        assert answer.headers.keys().isdisjoint(OF_DOCUMENTS), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_https_is_remembered_by_browsers() -> None:
    told = headers("https://visits.example.org")
    assert told["Strict-Transport-Security"] == "max-age=31536000"
    assert "wss://visits.example.org" in told["Content-Security-Policy"]


@needs_pages
@pytest.mark.parametrize("path", PAGES[1:])
async def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(world: World, path: str) -> None:
    html = (await world.stranger().get(path)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"(src|href)=.?https?:", html)


@needs_pages
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_asked_for_again_but_not_sent_again(world: World, path: str) -> None:
    first = await world.stranger().get(path)
    assert first.headers["Cache-Control"] == "no-cache"
    again = await world.stranger(**{"If-None-Match": first.headers["ETag"]}).get(path)
    assert (again.status, again.text) == (304, "")


@needs_pages
async def test_assets_are_kept_for_ever_and_sent_compressed(world: World) -> None:
    html = (await world.stranger().get("/visit")).text
    script = re.search(r'src="(/assets/[^"]+\.js)"', html)
    assert script is not None
    plain = await world.stranger(**{"Accept-Encoding": "identity"}).get(script[1])
    packed = await world.stranger(**{"Accept-Encoding": "gzip, deflate"}).get(script[1])
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert packed.text == plain.text


@needs_pages
async def test_head_answers_like_get_without_the_body(world: World) -> None:
    for path in (*PAGES, "/healthz", "/api/v1/openapi.json"):
        got, head = await world.stranger().get(path), await world.stranger().ask("HEAD", path)
        assert (head.status, head.text) == (200, "")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../member.html",
        "/assets/..%2f..%2fpyproject.toml",
        "/assets/%2e%2e/member.html",
        "/assets/",
        "/assets/a/b",
        "/assets/\x00",
        "/manifest.json",
        "/member.html",
        "/.git/config",
    ],
)
async def test_nothing_else_of_the_disk_can_be_reached(world: World, path: str) -> None:
    answer = await world.stranger().get(path)
    assert answer.status in (400, 404)
    assert "videovisit" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_other_methods_are_not_known(world: World, method: str) -> None:
    answer = await world.browser().ask(method, "/api/member/redeem")
    assert (answer.status, answer.code) == (405, "method_not_allowed")


@needs_pages
@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("", None), ("identity", None), ("gzip;q=0", None), ("gzip; q=0.5", "gzip"), ("deflate, gzip", "gzip")],
)
async def test_an_encoding_is_used_only_where_it_is_taken(
    world: World, accepts: str, encoding: str | None
) -> None:
    answer = await world.stranger(**{"Accept-Encoding": accepts}).get("/visit")
    assert answer.headers.get("Content-Encoding") == encoding
