"""The built pages and their assets, held in memory with their compressed forms."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from signaling.http.errors import CodedError

ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Best first."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""For names that carry a hash of what is in them."""

TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file, ready to be sent."""

    content_type: str
    etag: str
    plain: bytes
    compressed: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Asset":
        """The file and whatever compressed forms lie beside it."""
        plain = path.read_bytes()
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("json", "javascript", "xml"))
        return cls(
            content_type=f"{kind}; charset=utf-8" if text else kind,
            # Weak: its compressed forms go by the same name.
            etag=f'W/"{hashlib.sha256(plain).hexdigest()[:32]}"',
            plain=plain,
            compressed={
                encoding: other.read_bytes()
                for encoding, suffix in ENCODINGS
                if (other := path.with_name(path.name + suffix)).is_file()
            },
        )

    def answer(self, request: web.Request, cache: str) -> web.Response:
        """The answer to a GET or HEAD of it."""
        headers = {"ETag": self.etag, "Cache-Control": cache, "Vary": "Accept-Encoding"}
        if self.etag.removeprefix("W/") in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = self.content_type
        accepted = _accepted(request.headers.get("Accept-Encoding", ""))
        for encoding, body in self.compressed.items():
            if encoding in accepted:
                return web.Response(body=body, headers=headers | {"Content-Encoding": encoding})
        return web.Response(body=self.plain, headers=headers)


class Pages:
    """What `web_client` built. Nothing else of the disk can be reached through it."""

    def __init__(self, dist: Path) -> None:
        self._assets = {
            path.relative_to(dist).as_posix(): Asset.read(path)
            for path in sorted(dist.rglob("*"))
            if path.is_file() and path.suffix not in (".br", ".gz", ".map")
        }

    def page(self, name: str, request: web.Request) -> web.Response:
        """One of the pages; asked again each time, so that a new version is picked up at once."""
        asset = self._assets.get(f"{name}.html")
        if asset is None:
            raise CodedError("pages_not_built")
        return asset.answer(request, "no-cache")

    def asset(self, request: web.Request) -> web.Response:
        """A file below `/assets/`."""
        asset = self._assets.get(f"assets/{request.match_info['name']}")
        if asset is None:
            raise CodedError("not_found")
        return asset.answer(request, IMMUTABLE)


def _accepted(header: str) -> frozenset[str]:
    """The encodings a client takes: those it names without `q=0`."""
    named = (part.replace(" ", "").partition(";") for part in header.lower().split(","))
    return frozenset(name for name, _, weight in named if not re.fullmatch(r"q=0(\.0*)?", weight))
