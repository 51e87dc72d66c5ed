"""Visits at a running demo by people without a browser: their pages' sockets, and aiortc or raw media.

Everybody does what the pages do: an offer over the socket, another one at once when the server says that the
media was lost, and growing pauses between tries that fail.
"""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import aioice.ice

from signaling.clock import SystemClock
from tests.demo_server import DemoServer
from tests.signaling.house import Asker
from tests.signaling.sockets.house import Page

sys.path.append(str(Path(__file__).parent / "media"))

from calling import Caller
from raw_client import RawClient

BIRTH_DATE: Final = "1980-05-17"
PATIENCE: Final = 40.0
"""Seconds after which a battery gives a page up."""
FIRST_PAUSE: Final = 0.15
LONGEST_PAUSE: Final = 5.0
"""web_client/src/kit/media/backoff.ts"""
CONNECT_WITHIN: Final = 8.0
"""web_client/src/kit/media/connection.ts"""

__all__ = ["Caller", "Doorstep", "RawClient", "Side", "Visit", "gather_loopback_only", "media_processes"]


def gather_loopback_only() -> None:
    """The endpoints' ICE leaves the loopback address out; here they talk over nothing else."""
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]


def media_processes(server: DemoServer) -> dict[int, str]:
    """The demo's workers that run now, with the Unix socket of each."""
    found = {}
    for pid in server.workers():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        except OSError:
            continue
        for word in words:
            if word.startswith("unix:"):
                found[pid] = word.removeprefix("unix:")
    return found


class Side:
    """One person's page. `media` is their connection now; `renewed` is set when it was made anew."""

    def __init__(
        self,
        page: Page,
        visit: str | None,
        make: Callable[[], Caller | RawClient],
        lead: Callable[[str], str] = str,
    ) -> None:
        self.page = page
        self._visit = visit
        self._make = make
        self._lead = lead
        self.media: Caller | RawClient | None = None
        self.lives = 0
        self.renewed = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._dice = random.Random()

    async def connect(self) -> None:
        """Connect, however often it takes, and from now on again whenever the server says that it is lost."""
        heard = len(self.page.all("media_lost"))
        await self._connect()
        self._watch = asyncio.create_task(self._again_when_lost(heard))

    async def _again_when_lost(self, heard: int) -> None:
        while True:
            await self._until_lost(heard)
            heard = len(self.page.all("media_lost"))
            await self._connect()
            self.renewed.set()

    async def _until_lost(self, heard: int) -> None:
        while len(self.page.all("media_lost")) <= heard:
            self.page._news.clear()
            await self.page._news.wait()

    async def _connect(self) -> None:
        tries = 0
        while True:
            former, self.media = self.media, None
            if former is not None:
                closing = asyncio.create_task(former.close())
                closing.add_done_callback(lambda _: None)
            try:
                async with asyncio.timeout(CONNECT_WITHIN):
                    await self._once()
            except (TimeoutError, AssertionError, ConnectionError):
                tries += 1
                if tries > 10:
                    raise
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1))
                await asyncio.sleep(pause * (0.6 + 0.4 * self._dice.random()))
            else:
                self.lives += 1
                return

    async def _once(self) -> None:
        made = self.media = self._make()
        answer = await self.offers(await made.offer())
        if isinstance(made, RawClient):
            await made.check(answer)
            await made.handshake()
            assert made.dtls.state == "connected"
        else:
            await made.take(answer)
            await made.connected()

    async def offers(self, sdp: str) -> str:
        """Send an offer over the page's socket; the answer."""
        said = {"sdp": sdp} | ({"visit": self._visit} if self._visit else {})
        answer = await self.page.asks("offer", said)
        if not answer.get("ok"):
            raise ConnectionError(str(answer.get("error", {}).get("code")))
        return self._lead(str(answer["sdp"]))

    async def close(self) -> None:
        """Give the connection up."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        if self.media is not None:
            await self.media.close()
            self.media = None


@dataclass
class Visit:
    """A member and a clinician in an open room."""

    id: str
    member: Side
    clinician: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both of them."""
        return self.member, self.clinician

    async def end(self) -> None:
        """Both leave; the clinician gives an outcome."""
        answer = await self.clinician.page.does("end", visit=self.id, outcome="treated")
        assert answer.get("ok"), answer
        for side in self.sides:
            await side.close()
        await self.member.page.closes()


@dataclass
class Doorstep:
    """How people without a browser come to a demo."""

    server: DemoServer
    http: aiohttp.ClientSession
    series: str
    booked: int = 0
    pages: list[Page] = field(default_factory=list)

    def _asker(self) -> Asker:
        base = self.server.info["base_url"]
        return Asker(base, self.http, {"Origin": base, "Sec-Fetch-Site": "same-origin"})

    async def _opens(self, namespace: str, cookies: dict[str, str]) -> Page:
        page = Page(namespace)
        self.pages.append(page)
        base = self.server.info["base_url"]
        await page.client.connect(
            base,
            headers={
                "Origin": base,
                "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
            },
            namespaces=[namespace],
            transports=["websocket"],
            wait_timeout=20,
        )
        return page

    async def clinician(self, who: str = "clinician") -> Page:
        """The console of one of the demo's clinicians, signed in."""
        asker = self._asker()
        login = self.server.info[who]
        answer = await asker.sign_in(login["user"], login["password"])
        assert answer.status == 200, answer.text
        page = await self._opens("/clinician", asker.cookies)
        await page.hears("board")
        return page

    async def book(self) -> tuple[str, str]:
        """A visit for now: its id, and its link."""
        self.booked += 1
        number = self.booked
        body = {
            "clinic": "harbor",
            "start": SystemClock().now().isoformat(),
            "minutes": 30,
            "mode": "video",
            "member": {"ref": f"{self.series}-{number}", "name": "Ada Battery", "birth_date": BIRTH_DATE},
        }
        program = Asker(
            self.server.info["base_url"],
            self.http,
            {
                "Authorization": f"Bearer {self.server.info['api_key']}",
                "Idempotency-Key": f"{self.series}-{number}",
            },
        )
        booked = await program.post("/api/v1/visits", body)
        assert booked.status == 201, booked.text
        return booked.json["id"], booked.json["join_url"]

    async def member(self) -> tuple[str, Page]:
        """A visit that was booked for now, and its member's page in the waiting room."""
        visit, link = await self.book()
        asker = self._asker()
        token = link.partition("#")[2]
        redeemed = await asker.post("/api/member/redeem", {"token": token, "birth_date": BIRTH_DATE})
        assert redeemed.json["outcome"] in {"ready", "late"}, redeemed.text
        page = await self._opens("/member", asker.cookies)
        await page.hears("snapshot")
        await page.checks_in()
        await page.shows("waiting")
        return visit, page

    async def visit(
        self,
        console: Page,
        member: Callable[[], Caller | RawClient],
        clinician: Callable[[], Caller | RawClient],
        leads: tuple[Callable[[str], str], Callable[[str], str]] = (str, str),
    ) -> Visit:
        """A visit from its booking to its open room, both sides connected; `leads` may change answers."""
        id_, page = await self.member()
        await _sees(console, id_)
        answer = await console.does("claim", visit=id_)
        assert answer.get("ok"), answer
        visit = Visit(id_, Side(page, None, member, leads[0]), Side(console, id_, clinician, leads[1]))
        await asyncio.gather(*(side.connect() for side in visit.sides))
        answer = await console.does("admit", visit=id_)
        assert answer.get("ok"), answer
        return visit

    async def worker_of(self, visit: str) -> int | None:
        """The process id of the worker that has a visit's room."""
        for pid, path in media_processes(self.server).items():
            if (await _ask(path, f"/rooms/{visit}")) is not None:
                return pid
        return None

    async def where(self, worker: str) -> tuple[str, int]:
        """The UDP address of a worker, as it greets those who listen."""
        path = next(path for path in media_processes(self.server).values() if Path(path).stem == worker)
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as http,
            http.ws_connect("http://worker/events") as events,
        ):
            hello = await events.receive_json()
        host, _, port = hello["udp"][0].rpartition(":")
        return host, int(port)

    async def workers_answer(self, count: int) -> None:
        """Wait until so many workers answer: one that died often is started again after a pause."""
        async with asyncio.timeout(3 * PATIENCE):
            while True:
                paths = media_processes(self.server).values()
                ready = [path for path in paths if await _ask(path, "/healthz") is not None]
                if len(ready) >= count:
                    return
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Leave every page."""
        for page in self.pages:
            await page.closes()


async def _sees(console: Page, visit: str) -> None:
    await console.until(lambda page: visit in page.visits)


async def _ask(path: str, where: str) -> Any:
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(path)) as http,
            http.get(f"http://worker{where}", timeout=aiohttp.ClientTimeout(total=5)) as answer,
        ):
            return await answer.json() if answer.status == 200 else None
    except (aiohttp.ClientError, OSError, TimeoutError):
        return None


async def within(seconds: float, what: Awaitable[Any]) -> Any:
    """What comes of it, or TimeoutError."""
    async with asyncio.timeout(seconds):
        return await what
