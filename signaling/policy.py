"""Who may do what, in one table: every HTTP route here, every socket event in `sockets.policy`.

A route without a row is not served: building the application fails. The relation to a visit is looked at once
more by the waiting room, on every command, with the state the visit is in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from signaling.sockets.policy import EVENT_POLICY, EventRow


class Audience(StrEnum):
    """Who may ask."""

    anyone = "anyone"
    member = "member"
    clinician = "clinician"
    support = "support"
    privacy = "privacy"
    """Who finds recordings and hands them out."""
    booking = "booking"
    """The health system's own program, by API key."""
    operator = "operator"
    """Who runs the machine: from loopback, or with the metrics token."""


class Relation(StrEnum):
    """Which visits a request can reach."""

    none = "none"
    own_visit = "own visit"
    own_session = "own session"
    own_recordings = "own recordings"
    """A clinician: what they recorded. A privacy officer: what was recorded in their clinics."""
    visit_held = "visit held"
    any_visit = "any visit"
    """The booking program books for every clinic."""


class Sender(StrEnum):
    """Where a request that changes something must come from."""

    reads = "reads"
    """Changes nothing, whoever sends it and however often."""
    page = "page"
    """One of our own pages: it carries a cookie, or will get one."""
    program = "program"
    """A program with a key: no page of somebody else's."""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route's rule."""

    audiences: frozenset[Audience]
    relation: Relation
    sender: Sender


def _row(relation: Relation, sender: Sender, *audiences: Audience) -> RouteRow:
    return RouteRow(frozenset(audiences), relation, sender)


_OPEN = _row(Relation.none, Sender.reads, Audience.anyone)
_STAFF = (Audience.clinician, Audience.support, Audience.privacy)
_KEEPERS = (Audience.clinician, Audience.privacy)

ROUTES: Final[Mapping[tuple[str, str], RouteRow]] = {
    ("GET", "/"): _OPEN,
    ("GET", "/visit"): _OPEN,
    ("GET", "/guest"): _OPEN,
    ("GET", "/clinician"): _OPEN,
    ("GET", "/support"): _OPEN,
    ("GET", "/privacy"): _OPEN,
    ("GET", "/assets/{name}"): _OPEN,
    ("GET", "/healthz"): _OPEN,
    ("GET", "/readyz"): _OPEN,
    ("GET", "/metrics"): _row(Relation.none, Sender.reads, Audience.operator),
    ("GET", "/api/member/brand"): _OPEN,
    # The token and the birth date are in the body: proving them is what the handler does.
    ("POST", "/api/member/redeem"): _row(Relation.none, Sender.page, Audience.anyone),
    ("GET", "/api/member/visit"): _row(Relation.own_visit, Sender.reads, Audience.member),
    ("POST", "/api/member/files"): _row(Relation.own_visit, Sender.page, Audience.member),
    ("GET", "/api/member/files/{file}"): _row(Relation.own_visit, Sender.reads, Audience.member),
    ("POST", "/api/staff/visits/{visit}/files"): _row(Relation.visit_held, Sender.page, Audience.clinician),
    ("GET", "/api/staff/visits/{visit}/files/{file}"): _row(
        Relation.visit_held, Sender.reads, Audience.clinician
    ),
    # The token is in the body, and nothing but a token gets an answer.
    ("POST", "/api/guest/look"): _row(Relation.none, Sender.page, Audience.anyone),
    ("POST", "/api/guest/join"): _row(Relation.none, Sender.page, Audience.anyone),
    ("POST", "/api/member/handovers"): _row(Relation.own_visit, Sender.page, Audience.member),
    # The token is in the body, as with a join link.
    ("POST", "/api/member/continue"): _row(Relation.none, Sender.page, Audience.anyone),
    ("POST", "/api/staff/sign-in"): _row(Relation.none, Sender.page, Audience.anyone),
    ("POST", "/api/staff/sign-out"): _row(Relation.own_session, Sender.page, *_STAFF),
    ("GET", "/api/staff/me"): _row(Relation.own_session, Sender.reads, *_STAFF),
    ("GET", "/api/recordings"): _row(Relation.own_recordings, Sender.reads, *_KEEPERS),
    ("POST", "/api/recordings/{recording}/side-by-side"): _row(
        Relation.own_recordings, Sender.page, *_KEEPERS
    ),
    ("GET", "/api/recordings/{recording}/files/{name}"): _row(
        Relation.own_recordings, Sender.reads, *_KEEPERS
    ),
    ("GET", "/api/v1/openapi.json"): _OPEN,
    ("GET", "/api/v1/docs"): _OPEN,
    ("GET", "/api/v1/events"): _OPEN,
    ("GET", "/api/v1/reference.css"): _OPEN,
    ("GET", "/api/v1/reference.svg"): _OPEN,
    ("POST", "/api/v1/visits"): _row(Relation.any_visit, Sender.program, Audience.booking),
    ("GET", "/api/v1/visits/{visit}"): _row(Relation.any_visit, Sender.reads, Audience.booking),
    ("POST", "/api/v1/visits/{visit}/reschedule"): _row(Relation.any_visit, Sender.program, Audience.booking),
    ("POST", "/api/v1/visits/{visit}/cancel"): _row(Relation.any_visit, Sender.program, Audience.booking),
    ("POST", "/api/v1/visits/{visit}/links"): _row(Relation.any_visit, Sender.program, Audience.booking),
}

EVENTS: Final[tuple[EventRow, ...]] = EVENT_POLICY
