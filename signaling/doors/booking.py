"""The booking programs' door: an API key, and a program that may repeat itself safely.

A request with an `Idempotency-Key` is the same request however often it is sent within a day: ids, commands
and even the link's token are derived from the API key and the Idempotency-Key, so a repetition gives the same
answer although no token is stored.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from aiohttp import web

from signaling.clock import Clock
from signaling.directory import Directory
from signaling.doors.booking_models import (
    Answer,
    BookedAnswer,
    Cancellation,
    LinkAnswer,
    NewTime,
    NewVisit,
    VisitAnswer,
)
from signaling.doors.principal import Principal
from signaling.http.body import Body, read
from signaling.http.errors import CodedError, refused
from signaling.http.origin import Surroundings
from signaling.http.routing import Route
from signaling.ids import ID_BYTES, Ids, derived, sha256_of
from signaling.links import Links
from signaling.policy import Audience
from signaling.sockets.wording import telephone
from signaling.throttle import KEY_BY_ADDRESS, Throttle
from waiting_room.accounts import Clinic
from waiting_room.core import commands as c
from waiting_room.core.ids import ClinicId, CommandId, LinkId, StaffId, TextId, VisitId
from waiting_room.core.model import Actor, Role, Visit
from waiting_room.core.refusals import Refused
from waiting_room.desk import Desk
from waiting_room.keys import Keys
from waiting_room.texts import NewText, Vault

OLDEST_YEARS: Final = 130
FURTHEST: Final = timedelta(days=400)
"""A visit further away than this is a typing error."""

_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_VISIT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

B = TypeVar("B", bound=Body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request of a program: who, when, and the names that its repetitions share."""

    actor: Actor
    at: datetime
    visit: VisitId
    secret: str
    """Everything that must be the same in a repetition is derived from it."""

    def made(self, purpose: str) -> str:
        """An id for that purpose; the same in a repetition."""
        return derived(self.secret, purpose, self.visit, length=ID_BYTES)

    def token(self) -> str:
        """The link's secret; the same in a repetition, and known to nobody without the API key."""
        return derived(self.secret, "token", self.visit)


class BookingDoor:
    """Admits booking programs and does what they ask."""

    def __init__(
        self,
        *,
        desk: Desk,
        keys: Keys,
        vault: Vault,
        directory: Directory,
        links: Links,
        throttle: Throttle,
        surroundings: Surroundings,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._desk = desk
        self._keys = keys
        self._vault = vault
        self._directory = directory
        self._links = links
        self._throttle = throttle
        self._surroundings = surroundings
        self._clock = clock
        self._ids = ids

    def routes(self) -> tuple[Route, ...]:
        """The addresses of this module."""
        return (
            Route("POST", "/api/v1/visits", self._book),
            Route("GET", "/api/v1/visits/{visit}", self._read),
            Route("POST", "/api/v1/visits/{visit}/reschedule", self._reschedule),
            Route("POST", "/api/v1/visits/{visit}/cancel", self._cancel),
            Route("POST", "/api/v1/visits/{visit}/links", self._new_link),
        )

    async def admit(self, request: web.Request) -> Principal | None:
        """The program whose key this is."""
        secret = _bearer(request)
        if secret is None:
            return None
        address = self._surroundings.address(request)
        await self._throttle.check(KEY_BY_ADDRESS, address)
        key = await self._keys.find(sha256_of(secret))
        if key is None:
            await self._throttle.spend(KEY_BY_ADDRESS, address)
            return None
        return Principal(id=key.id, key=key.id, audiences=frozenset({Audience.booking}))

    async def _book(self, request: web.Request, principal: Principal) -> web.Response:
        body, asked = await self._asked(request, principal, NewVisit, VisitId(self._ids.new()))
        clinic = await self._clinic(body)
        await self._check_clinician(body, clinic)
        _check_time(body.start, body.minutes, asked.at)
        _check_birth_date(body, asked.at)
        person = TextId(asked.made("person"))
        done = await self._desk.execute(
            asked.visit,
            c.BookVisit(
                visit=asked.visit,
                clinic=clinic.id,
                mode=body.mode,
                start=body.start,
                minutes=body.minutes,
                clinician=StaffId(body.clinician) if body.clinician else None,
                ref=body.member.ref,
                person=person,
                language=body.member.language.value,
                interpreter=body.member.interpreter,
                proxy=body.member.proxy,
            ),
            asked.actor,
            asked.at,
            CommandId(asked.made("book")),
            texts={person: NewText(kind="person", body=_person(body, clinic))},
        )
        if isinstance(done, Refused):
            raise refused(done)
        join_url = await self._issue(asked)
        answer = BookedAnswer(**_seen(done.visit), join_url=join_url)
        return _json(answer, status=201, location=f"/api/v1/visits/{asked.visit}")

    async def _read(self, request: web.Request, _principal: Principal) -> web.Response:
        return _json(VisitAnswer(**_seen(await self._known(request))))

    async def _reschedule(self, request: web.Request, principal: Principal) -> web.Response:
        visit = await self._known(request)
        body, asked = await self._asked(request, principal, NewTime, visit.id)
        _check_time(body.start, body.minutes, asked.at)
        command = c.Reschedule(start=body.start, minutes=body.minutes)
        return await self._changed(asked, command, "reschedule")

    async def _cancel(self, request: web.Request, principal: Principal) -> web.Response:
        visit = await self._known(request)
        body, asked = await self._asked(request, principal, Cancellation, visit.id)
        return await self._changed(asked, c.Cancel(reason=body.reason), "cancel")

    async def _new_link(self, request: web.Request, principal: Principal) -> web.Response:
        visit = await self._known(request)
        _, asked = await self._asked(request, principal, Body, visit.id)
        return _json(LinkAnswer(id=visit.id, join_url=await self._issue(asked)), status=201)

    async def _changed(self, asked: Asked, command: c.Reschedule | c.Cancel, purpose: str) -> web.Response:
        done = await self._desk.execute(
            asked.visit, command, asked.actor, asked.at, CommandId(asked.made(purpose))
        )
        if isinstance(done, Refused):
            raise refused(done)
        return _json(VisitAnswer(**_seen(done.visit)))

    async def _issue(self, asked: Asked) -> str:
        issued = await self._links.issue_as(
            asked.visit,
            asked.actor,
            CommandId(asked.made("issue")),
            asked.at,
            link=LinkId(asked.made("link")),
            token=asked.token(),
        )
        if isinstance(issued, Refused):
            raise refused(issued)
        return issued

    async def _asked(
        self, request: web.Request, principal: Principal, model: type[B], visit: VisitId
    ) -> tuple[B, Asked]:
        """The body, and the names this request and its repetitions go by."""
        body, _ = await read(request, model) if request.can_read_body or model is not Body else (model(), b"")
        actor, at = principal.acting_as(Audience.booking), self._clock.now()
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return body, Asked(actor=actor, at=at, visit=visit, secret=self._ids.token())
        if not _KEY.fullmatch(key):
            raise CodedError("idempotency_key_invalid")
        asks = f"{request.path}\n{body.model_dump_json()}"
        reserved = await self._keys.reserve(
            api_key=principal.id, key=key, body_digest=self._vault.digest("request", asks), visit=visit, at=at
        )
        if reserved.body_digest != self._vault.digest("request", asks):
            raise CodedError("idempotency_conflict")
        secret = derived(_bearer(request) or "", "idempotency", key)
        return body, Asked(actor=actor, at=at, visit=reserved.visit, secret=secret)

    async def _known(self, request: web.Request) -> Visit:
        visit = request.match_info["visit"]
        known = await self._desk.visit(VisitId(visit)) if _VISIT.fullmatch(visit) else None
        if known is None:
            raise CodedError("visit_unknown")
        return known

    async def _clinic(self, body: NewVisit) -> Clinic:
        clinic = await self._directory.clinic(ClinicId(body.clinic))
        if clinic is None:
            raise CodedError("clinic_unknown")
        return clinic

    async def _check_clinician(self, body: NewVisit, clinic: Clinic) -> None:
        if body.clinician is None:
            return
        person = await self._directory.person(StaffId(body.clinician))
        if (
            person is None
            or not person.active
            or Role.clinician not in person.roles
            or clinic.id not in person.clinics
        ):
            raise CodedError("clinician_unknown")


def _bearer(request: web.Request) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    return secret if scheme.lower() == "bearer" and 0 < len(secret) <= 256 else None


def _check_time(start: datetime, minutes: int, at: datetime) -> None:
    if start > at + FURTHEST:  # asked first: near the end of the calendar nothing can be added
        raise CodedError("invalid", detail={"fields": [{"at": "start", "problem": "too_far_away"}]})
    if start + timedelta(minutes=minutes) <= at:
        raise CodedError("start_in_past")


def _check_birth_date(body: NewVisit, at: datetime) -> None:
    born = body.member.birth_date
    # Today somewhere in the world: a child may be born across the date line from our clock.
    if not at.year - OLDEST_YEARS <= born.year or born > (at + timedelta(hours=14)).date():
        raise CodedError(
            "invalid", detail={"fields": [{"at": "member.birth_date", "problem": "not_a_birth_date"}]}
        )


def _person(body: NewVisit, clinic: Clinic) -> str:
    """The sealed text of who the visit is for."""
    person = {"name": body.member.name, "birth_date": body.member.birth_date.isoformat()}
    if body.member.phone:
        phone = telephone(body.member.phone, clinic.phone)
        if phone is None:
            raise CodedError("phone_invalid")
        person["phone"] = phone
    if body.member.email:
        person["email"] = body.member.email
    if body.reason:
        person["reason_for_visit"] = body.reason
    return json.dumps(person, ensure_ascii=False)


def _seen(visit: Visit) -> dict[str, object]:
    """The visit's fields that the booking program may see."""
    return {name: getattr(visit, name) for name in VisitAnswer.model_fields}


def _json(answer: Answer, *, status: int = 200, location: str | None = None) -> web.Response:
    headers = {} if location is None else {"Location": location}
    return web.Response(
        text=answer.model_dump_json(exclude_none=True),
        status=status,
        content_type="application/json",
        headers=headers,
    )
