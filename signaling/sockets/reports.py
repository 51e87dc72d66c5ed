"""What a member's page says of the device it runs on: codes, for the desk that has to help.

Live, like presence: the latest is the truth, nothing of it is numbered, journaled or stored, and it ends with
the visit. The page reads its own browser; a user agent never leaves it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from signaling.sockets.fixes import FixCard
from signaling.sockets.messages import Message
from signaling.sockets.namespace import Connection
from signaling.sockets.pipe import Pipe
from waiting_room.core.ids import VisitId
from waiting_room.core.model import Role, Visit
from waiting_room.core.moments import to_iso
from waiting_room.core.patch import Json

Permission = Literal["granted", "blocked", "not_asked", "unknown"]

DeviceError = Literal[
    "camera_blocked",
    "camera_dismissed",
    "camera_none",
    "camera_busy",
    "camera_unsupported",
    "camera_failed",
    "camera_slow",
    "microphone_blocked",
    "microphone_dismissed",
    "microphone_none",
    "microphone_busy",
    "microphone_unsupported",
    "microphone_failed",
    "microphone_slow",
    "sound_blocked",
    "connection_failed",
]


class DeviceReport(Message):
    """The device, what it allows, what is wrong now, and which steps are on the screen."""

    system: Literal["ios", "android", "windows", "macos", "chromeos", "linux", "other"]
    browser: Literal["safari", "chrome", "firefox", "edge", "samsung", "opera", "other"]
    inside: Literal["mail", "social", "chat", "search", "app"] | None = None
    """The page was opened inside another app, of this kind."""
    camera: Permission
    microphone: Permission
    error: DeviceError | None = None
    """What does not work now."""
    card: FixCard | None = None
    """The steps that the page shows now."""
    connection: Literal["idle", "connecting", "connected", "reconnecting", "failed", "closed"] = "idle"


@dataclass(frozen=True, slots=True)
class Heard:
    """The latest of a visit's device."""

    report: DeviceReport
    at: datetime
    error: DeviceError | None
    """The last one, also when it is over."""
    error_at: datetime | None
    told: FixCard | None
    """The steps that were on the screen last."""
    here: bool = True
    """Whether it came from a page of this process."""

    def said(self) -> Json:
        """As the desk is told."""
        said: Json = {**self.report.model_dump(exclude_none=True), "at": to_iso(self.at)}
        if self.error is not None and self.error_at is not None:
            said["last_error"] = {"code": self.error, "at": to_iso(self.error_at)}
        if self.told is not None:
            said["told"] = self.told
        return said


Listener = Callable[[Visit, Heard], None]


class Reports:
    """The latest report of every open visit whose page has sent one, told to the desk's consoles."""

    def __init__(self, pipe: Pipe, namespace: str, consoles: Mapping[str, Connection[Any]]) -> None:
        self._pipe = pipe
        self._namespace = namespace
        self._consoles = consoles
        self._heard: dict[VisitId, Heard] = {}
        self._listeners: list[Listener] = []

    def on_heard(self, listener: Listener) -> None:
        """Call `listener` with what is new of what pages here report."""
        self._listeners.append(listener)

    def hear(self, visit: Visit, report: DeviceReport, at: datetime) -> None:
        """A page has sent a report; the same again is no news."""
        before = self._heard.get(visit.id)
        if before is not None and before.report == report:
            self._heard[visit.id] = replace(before, here=True)
            return
        error, error_at = (None, None) if before is None else (before.error, before.error_at)
        if report.error is not None and (before is None or before.report.error != report.error):
            error, error_at = report.error, at
        told = report.card or (None if before is None else before.told)
        heard = Heard(report, at, error, error_at, told)
        self._take(visit, heard)
        for listener in self._listeners:
            listener(visit, heard)

    def hear_of(self, visit: Visit, heard: Heard) -> None:
        """A neighbour's page has sent a report."""
        before = self._heard.get(visit.id)
        if before is None or replace(before, here=False) != heard:
            self._take(visit, heard)

    def all_here(self) -> Iterator[tuple[VisitId, Heard]]:
        """The latest of every visit whose page is, or was, one of this process."""
        return iter([(visit, heard) for visit, heard in self._heard.items() if heard.here])

    def _take(self, visit: Visit, heard: Heard) -> None:
        self._heard[visit.id] = heard
        encoded = self._pipe.encode(self._namespace, "report", {"visit": visit.id, **heard.said()})
        for console in self._consoles.values():
            if console.greeted and visit.clinic in console.session.clinics:
                self._pipe.post_encoded(console.id, self._namespace, encoded)

    def forget(self, visit: VisitId) -> None:
        """The visit has ended."""
        self._heard.pop(visit, None)

    def of(self, visits: Iterable[Visit], role: Role) -> Json:
        """What a console's board holds besides its rows; only the desk's has reports."""
        if role is not Role.support:
            return {}
        return {"reports": {one.id: heard.said() for one in visits if (heard := self._heard.get(one.id))}}
