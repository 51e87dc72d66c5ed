"""A believable day for the demo: invented clinics, people and visits around now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from waiting_room.accounts import Clinic, Staff
from waiting_room.core.ids import ClinicId, StaffId
from waiting_room.core.model import Mode, Role

PASSPHRASE: Final = "a quiet morning demo"  # noqa: S105 - the demo listens on loopback only
"""Opens every demo account. The demo listens on loopback only."""

PASSPHRASE_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$pTAarXc4qAD9IAxkMkPqMA$Rdbb+h081K+/n5hVf/jqdRS1FTsSW2rehr9wXnmH+Ag"  # noqa: S105
)
"""The passphrase, hashed once: doing it at every start would take a fifth of it."""

HARBOR: Final = ClinicId("harbor")
PRAIRIE: Final = ClinicId("prairie")

CLINICS: Final = (
    Clinic(
        id=HARBOR,
        name="Harbor Family Clinic",
        tz="America/Los_Angeles",
        phone="+12065550140",
        desk_phone="+12065550141",
        urgent_care="Harbor Urgent Care, 210 Pier Street, open every day 8 am to 9 pm",
    ),
    Clinic(
        id=PRAIRIE,
        name="Prairie Health Center",
        tz="America/Chicago",
        phone="+13125550160",
        desk_phone="+13125550161",
        urgent_care="Prairie Walk-in Care, 48 Mill Road, open every day 7 am to 10 pm",
    ),
)

_CLINICIAN: Final = frozenset({Role.clinician})

OKAFOR: Final = StaffId("okafor")
HERRERA: Final = StaffId("herrera")
SOLBERG: Final = StaffId("solberg")
NAKAMURA: Final = StaffId("nakamura")


def _person(login: str, name: str, credentials: str, roles: frozenset[Role], *clinics: ClinicId) -> Staff:
    return Staff(
        id=StaffId(login),
        login=login,
        name=name,
        credentials=credentials,
        roles=roles,
        clinics=frozenset(clinics),
        password_hash=PASSPHRASE_HASH,
    )


STAFF: Final = (
    _person("okafor", "Maya Okafor", "MD", _CLINICIAN, HARBOR, PRAIRIE),
    _person("herrera", "Tomás Herrera", "NP", _CLINICIAN, HARBOR),
    _person("solberg", "Ingrid Solberg", "MD", _CLINICIAN, PRAIRIE),
    _person("nakamura", "Kenji Nakamura", "PA-C", _CLINICIAN, PRAIRIE),
    _person("desk", "Priya Raman", "", frozenset({Role.support}), HARBOR, PRAIRIE),
    _person("privacy", "Joan Ashby", "", frozenset({Role.privacy}), HARBOR, PRAIRIE),
)
"""Four clinicians, one person at the support desk and one privacy officer. The first two
are the demo's log-ins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A visit of the day; `minutes_from_now` is rounded up to the five minutes a clinic would book."""

    clinic: ClinicId
    minutes_from_now: int
    name: str
    born: date
    reason: str
    ref: str
    clinician: StaffId | None = None
    minutes: int = 20
    mode: Mode = Mode.video
    language: str = "en"
    interpreter: bool = False
    proxy: bool = False
    phone: str = ""

    def start(self, now: datetime) -> datetime:
        """When it is booked for: on the five minutes, never earlier than asked for."""
        wanted = now + timedelta(minutes=self.minutes_from_now)
        past = timedelta(minutes=wanted.minute % 5, seconds=wanted.second, microseconds=wanted.microsecond)
        return wanted - past + (timedelta(minutes=5) if past else timedelta())

    def person(self) -> Mapping[str, str]:
        """The sealed text of who it is for."""
        person = {"name": self.name, "birth_date": self.born.isoformat(), "reason_for_visit": self.reason}
        return person | ({"phone": self.phone} if self.phone else {})


def bookings() -> Sequence[Booking]:
    """A dozen visits. The first two are the demo's members', which both demo clinicians may take."""
    return (
        Booking(
            clinic=HARBOR,
            minutes_from_now=0,
            name="Ana Reyes",
            born=date(1987, 4, 12),
            reason="Cough and fever for three days",
            ref="H-10418",
            phone="+12065550101",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=5,
            name="Samuel Adeyemi",
            born=date(1959, 11, 3),
            reason="Blood pressure readings to look at together",
            ref="H-10733",
            phone="+12065550102",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=20,
            name="Lucía Fuentes",
            born=date(1994, 8, 27),
            reason="Migraña que no cede",
            ref="H-11090",
            clinician=OKAFOR,
            language="es",
            phone="+12065550103",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=35,
            name="Noah Whitfield",
            born=date(2019, 2, 9),
            reason="Ear pain; his mother will be with him",
            ref="H-11254",
            proxy=True,
            phone="+12065550104",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=50,
            name="Thu Trang Pham",
            born=date(1972, 6, 18),
            reason="Follow-up after a change of medicine",
            ref="H-11301",
            clinician=HERRERA,
            interpreter=True,
            phone="+12065550105",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=80,
            name="Gabriel Montrose",
            born=date(1981, 12, 30),
            reason="Rash on both forearms",
            ref="H-11377",
        ),
        Booking(
            clinic=HARBOR,
            minutes_from_now=125,
            name="Esther Lindqvist",
            born=date(1948, 1, 22),
            reason="Dizzy when standing up",
            ref="H-11402",
            clinician=OKAFOR,
            minutes=30,
            phone="+12065550107",
        ),
        Booking(
            clinic=PRAIRIE,
            minutes_from_now=-10,
            name="Darnell Brooks",
            born=date(1990, 9, 14),
            reason="Lower back pain after lifting",
            ref="P-20091",
            phone="+13125550108",
        ),
        Booking(
            clinic=PRAIRIE,
            minutes_from_now=10,
            name="Amara Nwosu",
            born=date(2001, 3, 5),
            reason="Questions about allergy medicine",
            ref="P-20117",
            clinician=SOLBERG,
        ),
        Booking(
            clinic=PRAIRIE,
            minutes_from_now=25,
            name="Mateo Villanueva",
            born=date(1966, 10, 8),
            reason="Control de la diabetes",
            ref="P-20140",
            language="es",
            phone="+13125550110",
        ),
        Booking(
            clinic=PRAIRIE,
            minutes_from_now=55,
            name="Fatima Rahmani",
            born=date(1979, 7, 1),
            reason="Trouble sleeping",
            ref="P-20166",
            mode=Mode.phone,
            phone="+13125550111",
        ),
        Booking(
            clinic=PRAIRIE,
            minutes_from_now=180,
            name="George Papadakis",
            born=date(1953, 5, 25),
            reason="Knee after physical therapy",
            ref="P-20199",
            clinician=NAKAMURA,
            minutes=30,
        ),
    )
