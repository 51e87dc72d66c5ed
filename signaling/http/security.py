"""Headers that every answer carries, whoever made it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

HSTS: Final = "max-age=31536000"
"""A year of https only, once we have spoken https."""


OF_DOCUMENTS: Final = frozenset(
    {"Content-Security-Policy", "Permissions-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy"}
)
"""What these say is about a document. Scripts and style sheets are none, a page loads a dozen of them, and
each would carry most of a kilobyte over a bad network."""

_NO_DOCUMENTS: Final = frozenset({"text/javascript", "application/javascript", "text/css"})


def headers(public_origin: str) -> Mapping[str, str]:
    """The headers for a server that lives at this origin.

    The policy allows our own files and our own socket and nothing else: no inline script or style, no frame,
    no form target, no string turned into markup (Trusted Types).
    """
    parts = urlsplit(public_origin)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        # Safari 14 does not count ws: as 'self'.
        f"connect-src 'self' {socket}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
    wanted = {
        "Content-Security-Policy": "; ".join(policy),
        "Permissions-Policy": (
            "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), "
            "autoplay=(self), fullscreen=(self), screen-wake-lock=(self), picture-in-picture=(self), "
            "geolocation=(), payment=(), usb=(), serial=(), midi=(), browsing-topics=()"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if parts.scheme == "https":
        wanted["Strict-Transport-Security"] = HSTS
    return wanted


def protect(app: web.Application, public_origin: str) -> None:
    """Put the headers on every answer of this application, errors and sockets included."""
    wanted = headers(public_origin)

    async def on_prepare(_request: web.Request, response: web.StreamResponse) -> None:
        bare = response.content_type in _NO_DOCUMENTS
        for name, value in wanted.items():
            if not (bare and name in OF_DOCUMENTS):
                response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.popall("Server", None)

    app.on_response_prepare.append(on_prepare)
