"""The W3C WebDriver protocol, as much of it as the tests speak: a session, its page, elements by XPath."""

import base64
from types import TracebackType
from typing import Any, Self

import aiohttp

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver §12.1, the web element identifier
_ANSWERS_WITHIN = aiohttp.ClientTimeout(total=30)


class WebDriverError(Exception):
    """What the driver refused, by the protocol's own code (“no such element”, …)."""


class WebDriver:
    """A session with one window. Elements are named by XPath and waited for by the driver itself."""

    def __init__(self, driver: str, capabilities: dict[str, Any]) -> None:
        self._driver, self._capabilities = driver, capabilities
        self._http = aiohttp.ClientSession(timeout=_ANSWERS_WITHIN)
        self._session = ""
        self.browser: dict[str, Any] = {}
        """The capabilities that the browser says it has."""

    async def __aenter__(self) -> Self:
        body = {"capabilities": {"alwaysMatch": self._capabilities}}
        try:
            made = await self._asks("POST", f"{self._driver}/session", body)
        except BaseException:
            await self._http.close()
            raise
        self._session = f"{self._driver}/session/{made['sessionId']}"
        self.browser = made["capabilities"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._asks("DELETE", self._session)
        finally:
            await self._http.close()

    async def opens(self, url: str) -> None:
        await self._does("POST", "/url", {"url": url})

    async def reloads(self) -> None:
        await self._does("POST", "/refresh", {})

    async def forgets(self) -> None:
        """No cookies any more, for the page that is open."""
        await self._does("DELETE", "/cookie")

    async def measures(self, width: int, height: int) -> None:
        """The window's outer size."""
        await self._does("POST", "/window/rect", {"x": 0, "y": 0, "width": width, "height": height})

    async def runs(self, script: str, *arguments: Any) -> Any:
        """The body of a function in the page; what it returns, a promise awaited."""
        return await self._does("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    async def finds(self, xpath: str) -> str:
        """The first such element's reference."""
        found = await self._does("POST", "/element", {"using": "xpath", "value": xpath})
        return str(found[_ELEMENT])

    async def clicks(self, element: str) -> None:
        # WebKit's driver does not scroll to what is just below the edge.
        await self.runs("arguments[0].scrollIntoView({ block: 'center' })", {_ELEMENT: element})
        await self._does("POST", f"/element/{element}/click", {})

    async def types(self, element: str, text: str) -> None:
        await self._does("POST", f"/element/{element}/value", {"text": text})

    async def name_of(self, element: str) -> str:
        """Its accessible name, as the browser computes it."""
        return str(await self._does("GET", f"/element/{element}/computedlabel"))

    async def is_shown(self, element: str) -> bool:
        return bool(await self._does("GET", f"/element/{element}/displayed"))

    async def photographs(self) -> bytes:
        """What is in the window now, as PNG."""
        return base64.b64decode(await self._does("GET", "/screenshot"))

    async def _does(self, method: str, command: str, body: dict[str, Any] | None = None) -> Any:
        return await self._asks(method, self._session + command, body)

    async def _asks(self, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
        async with self._http.request(method, url, json=body) as answer:
            value = (await answer.json(content_type=None))["value"]
        if answer.status != 200:
            raise WebDriverError(f"{value['error']}: {value['message']} ({method} {url.rsplit('/', 1)[-1]})")
        return value
