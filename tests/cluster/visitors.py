"""People of a town without a browser: each at a web process of the test's choice, past the proxy."""

from __future__ import annotations

import aiohttp
import socketio

from tests.cluster.town import Town
from tests.signaling.house import Asker
from tests.signaling.sockets.house import Page


class Visitor:
    """Somebody with cookies, who can be at one process now and at another later."""

    def __init__(self, town: Town, session: aiohttp.ClientSession) -> None:
        self._town = town
        self._session = session
        self._cookies: dict[str, str] = {}
        self.pages: list[Page] = []

    def at(self, process: str) -> Asker:
        """Their browser's requests, to that web process."""
        headers = {
            "Host": self._town.base.removeprefix("https://"),
            "Origin": self._town.base,
            "Sec-Fetch-Site": "same-origin",
        }
        asker = Asker(self._town.direct(process), self._session, headers)
        asker.cookies = self._cookies
        return asker

    async def opens(self, namespace: str, process: str, page: Page | None = None) -> Page:
        """A page of theirs, connected to that web process, with what it knows from before."""
        page = page or Page(namespace)
        self.pages.append(page)
        try:
            await page.client.connect(
                self._town.direct(process),
                headers={
                    "Host": self._town.base.removeprefix("https://"),
                    "Origin": self._town.base,
                    "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                },
                auth={"seq": page.seq} if page.seq else None,
                namespaces=[namespace],
                transports=["websocket"],
                wait_timeout=20,
            )
        except socketio.exceptions.ConnectionError:
            if page.client.eio.http is not None:
                await page.client.eio.http.close()
            raise
        return page

    async def closes(self) -> None:
        for page in self.pages:
            await page.closes()


async def a_member(town: Town, session: aiohttp.ClientSession, process: str) -> Visitor:
    """The town's first member, with her link redeemed."""
    visitor = Visitor(town, session)
    token = town.info["member_link"].partition("#")[2]
    redeemed = await visitor.at(process).post(
        "/api/member/redeem", {"token": token, "birth_date": town.info["member_birth_date"]}
    )
    assert redeemed.json["outcome"] == "ready", redeemed.text
    return visitor


async def staff(town: Town, session: aiohttp.ClientSession, process: str, who: str) -> Visitor:
    """A member of staff, signed in."""
    visitor = Visitor(town, session)
    login = town.info[who]
    signed_in = await visitor.at(process).sign_in(login["user"], login["password"])
    assert signed_in.status == 200, signed_in.text
    return visitor
