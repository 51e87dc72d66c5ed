"""Writes what is derived from the code: docs/lifecycle.md, the golden feeds and the golden journal.

`python -m tests.waiting_room.core.generate` writes; test_generated.py holds the files to it. The feeds in
tests/golden are folded by Python and by the pages' TypeScript; the journal holds one of every event, stored.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.waiting_room.core.world import MONDAY_NINE, SOUTH, Guest, Member, World
from waiting_room.core import commands as c
from waiting_room.core import events as e
from waiting_room.core.codec import EVENT_TYPES, event_to_json
from waiting_room.core.events import Event
from waiting_room.core.ids import DeviceId, RecordingId
from waiting_room.core.lifecycle import document
from waiting_room.core.model import Call, Finding, GuestKind, Mode, Outcome, Role
from waiting_room.core.patch import Json, fold
from waiting_room.core.public import publish
from waiting_room.core.recording import document as recording_document
from waiting_room.core.views import ViewRole, view

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "lifecycle.md"
RECORDING = ROOT / "docs" / "recording.md"
GOLDEN = ROOT / "tests" / "golden"
JOURNAL = Path(__file__).parent / "journal_v1.json"

AUDIENCES: dict[str, tuple[ViewRole, str]] = {
    "member": (Role.member, ""),
    "clinician": (Role.clinician, "lee"),
    "other_clinician": (Role.clinician, "sun"),
    "support": (Role.support, ""),
    "guest": (Role.guest, "tablet"),
}


def whole_visit(world: World) -> Member:
    """Everything as it should go, with a word to the desk on the way."""
    lee, joy = world.clinician("lee"), world.desk()
    ana = world.member("Ana María Ñuñez-O’Brien 🌻", interpreter=True)
    world.passes(seconds=20)
    ana.redeems(right=False)
    ana.redeems(on_behalf=True)
    for step in ("location", "consent", "devices"):
        ana.steps_to(step)
        world.passes(seconds=15)
    ana.gives_location("Calle “Mayor” 5, 2º izq. — Ciudad de México")
    ana.gives_callback("+52 55 5555 0123")
    ana.gives_present("mi hermana, 妹妹, أختي", others=1)
    ana.consents()
    ana.tests_devices(camera=Finding.busy, seen=False)
    ana.tests_devices()
    ana.checks_in()
    ana.says("¿Cuánto falta?\nGracias 🙏🏽")
    joy.sees_line(ana)
    joy.says(ana, "Dos minutos.")
    ana.sees_line()
    world.passes(minutes=9)
    lee.claims(ana)
    world.passes(seconds=30)
    lee.renews(ana)
    lee.admits(ana)
    lee.confirms_identity(ana)
    world.passes(minutes=12)
    lee.ends(ana, Outcome.needs_follow_up)
    return ana


def shared_visit(world: World) -> Member:
    """A chat with a photo, a document and two still pictures asked for; ten minutes more; read in between."""
    lee = world.clinician("lee")
    ana = world.waiting_member("Cho", in_minutes=0)
    lee.takes(ana)
    ana.writes("Aquí me pica 🌻\n¿lo ve?")
    lee.sees_chat(ana)
    ana.shares("foto del brazo.jpg")
    lee.asks_for_still(ana)
    ana.declines_still()
    lee.asks_for_still(ana)
    ana.shares("picture.jpg", still=True)
    lee.extends(ana, 10)
    lee.shares(ana, "plan.pdf")
    ana.sees_chat()
    lee.writes(ana, "Send me another picture tomorrow.")
    lee.ends(ana)
    return ana


def hard_visit(world: World) -> Member:
    """Everything that may go wrong and still ends well: early, away, held, rung, lost, handed on."""
    lee, sun, joy = world.clinician("lee"), world.clinician("sun"), world.desk()
    ana = world.member("Bo", in_minutes=50, clinic=SOUTH)
    ana.redeems()
    ana.gives_everything()
    ana.gives_location("in the car, near the bridge", described=True, driving=True)
    ana.gives_location("at home")
    ana.checks_in()
    world.passes(minutes=35)
    world.looks(ana)
    ana.goes()
    world.passes(seconds=45)
    world.looks(ana)
    ana.is_back()
    joy.holds(ana)
    joy.releases(ana)
    lee.is_rung(ana)
    lee.declines(ana)
    sun.is_rung(ana)
    world.passes(seconds=30)
    world.looks(ana)
    lee.claims(ana)
    world.passes(seconds=60)
    world.looks(ana)
    lee.takes(ana)
    lee.goes(ana)
    world.passes(seconds=60)
    world.looks(ana)
    lee.is_back(ana)
    lee.resumes(ana)
    lee.requeues(ana)
    sun.takes(ana)
    ana.leaves()
    ana.returns()
    sun.resumes(ana)
    sun.ends(ana)
    return ana


def left_visit(world: World) -> Member:
    """Left, returned, left for good."""
    ana = world.waiting_member(named=world.clinician("lee"))
    ana.leaves("too_long")
    world.passes(minutes=2)
    ana.returns()
    world.clinician("lee").claims(ana)
    ana.leaves()
    return ana


def cancelled_visit(world: World) -> Member:
    """A link that rested, a pass, a new link, and a cancellation."""
    ana, joy = world.member(), world.desk()
    for _ in range(5):
        ana.redeems(right=False)
    joy.passes(ana)
    ana.redeems(right=False)
    joy.makes_link(ana, "link2")
    joy.cancels(ana, "clinician_ill")
    return ana


def recorded_visit(world: World) -> Member:
    """Asked, agreed by two people on one phone, paused, resumed, a full disk, a hold, and no at last."""
    ana, lee = world.waiting_member(), world.clinician("lee")
    lee.takes(ana)
    lee.asks_to_record(ana, "rec1")
    ana.refuses()
    lee.asks_to_record(ana, "rec2")
    ana.agrees("妹妹")
    lee.sees_somebody_new(ana)
    ana.gives_present("mi hermana y mi hijo", others=2)
    ana.agrees("妹妹", "Leo")
    for trouble in ("disk_full", None):
        world.notes_of_recorder(ana, "rec2", trouble)
    lee.suspends(ana)
    lee.resumes(ana)
    lee.stops_recording(ana)
    lee.asks_to_record(ana, "rec3")
    ana.agrees("妹妹", "Leo")
    world.passes(minutes=4)
    ana.refuses()
    lee.ends(ana)
    lee.does(ana, c.OpenRecording(recording=RecordingId("rec2"), file="member.webm"))
    return ana


def guests_visit(world: World) -> Member:
    """A sister and a signing interpreter: invited, in, out, back, by a new link, sent away."""
    lee, ana = world.clinician("lee"), world.waiting_member()
    maria = Guest(world, "María José 🌻", device=DeviceId("tablet"))
    sol = Guest(world, "Sol Ibáñez", DeviceId("laptop"), GuestKind.interpreter, signs=True)
    ana.invites(maria)
    maria.joins(ana)
    maria.joins(ana, device="somebody-else")
    lee.takes(ana)
    lee.invites(ana, sol)
    sol.joins(ana)
    maria.leaves(ana)
    maria.joins(ana)
    lee.suspends(ana)
    ana.is_back()
    lee.resumes(ana)
    ana.renews(maria, "link-again")
    maria.joins(ana)
    lee.removes(ana, sol)
    ana.removes(maria)
    lee.ends(ana)
    return ana


def helped_visit(world: World) -> Member:
    """Stuck, helped, handed to another device, and called in the end."""
    joy, lee = world.desk(), world.clinician("lee")
    ana = world.member("Zoë Ñandú-Park", phone="+1 212 555 0188")
    ana.redeems()
    ana.gives_everything()
    joy.does(ana, c.BeginHelp())
    joy.does(ana, c.ShowFix(card="allow_ios_safari"))
    ana.does(c.AnswerFix(card="allow_ios_safari", helped=False))
    joy.does(ana, c.WriteNote(text=world.writes("Pide que la llamen “Zoë”.")))
    ana.does(c.HandOver(device=DeviceId("tablet"), by=ana.device))
    ana.checks_in()
    ana.does(c.AskForCall())
    ana.does(c.WithdrawCall())
    ana.does(c.AskForCall())
    joy.does(ana, c.ChangeMode(mode=Mode.phone))
    joy.does(ana, c.EndHelp())
    lee.takes(ana)
    lee.does(ana, c.NoteCall(call=Call.calling))
    lee.does(ana, c.NoteCall(call=Call.not_reached))
    world.passes(minutes=1)
    lee.does(ana, c.NoteCall(call=Call.calling))
    lee.does(ana, c.NoteCall(call=Call.reached))
    lee.ends(ana)
    return ana


STORIES: tuple[Callable[[World], Member], ...] = (
    whole_visit,
    shared_visit,
    hard_visit,
    left_visit,
    cancelled_visit,
    recorded_visit,
    guests_visit,
    helped_visit,
)


def feeds(audience: str) -> list[Json]:
    """Every story as one audience hears it, from nothing to its end."""
    role, viewer = AUDIENCES[audience]
    found = []
    for story in STORIES:
        world = World()
        ana = story(world)
        journal = world.journals[ana.visit]
        records = publish(None, journal, role, world.texts, world.directory, viewer=viewer)
        after = view(ana.now, role, world.texts, world.directory, viewer)
        found.append(
            {"name": f"{audience}: {story.__name__}", "view": {}, "records": records, "after": after}
        )
    return found


def patches() -> list[Json]:
    """What a fold must get right, one thing at a time."""

    def case(name: str, before: Json, *patches: Json) -> Json:
        seq = before["seq"]
        records = []
        after = before
        for patch in patches:
            seq += 1
            full = {"seq": seq, **patch}
            records.append(
                {
                    "seq": seq,
                    "type": "changed",
                    "at": "2026-11-23T09:00:00.000Z",
                    "patch": full,
                }
            )
            after = fold(after, full)
        return {"name": name, "view": before, "records": records, "after": after}

    line = {"3": {"by": "member", "text": "hello"}, "5": {"by": "support", "text": "yes"}}
    return [
        case("nothing but the number", {"seq": 1, "state": "waiting"}, {}),
        case("a key is added", {"seq": 1}, {"state": "waiting"}),
        case("a key is replaced", {"seq": 1, "state": "waiting"}, {"state": "claimed"}),
        case("null removes", {"seq": 1, "early": True, "state": "preparing"}, {"early": None}),
        case("null for what is not there", {"seq": 1}, {"early": None}),
        case("nested objects merge", {"seq": 1, "line": line}, {"line": {"5": {"text": "no"}}}),
        case("null removes in depth", {"seq": 1, "line": line}, {"line": {"3": {"by": None}}}),
        case("a whole nested object goes", {"seq": 1, "line": line}, {"line": None}),
        case("the last inner key goes, the object stays", {"seq": 1, "a": {"b": 1}}, {"a": {"b": None}}),
        case("an object takes a value's place", {"seq": 1, "a": 1}, {"a": {"b": {"c": 2}}}),
        case("nulls inside a new object vanish", {"seq": 1}, {"a": {"b": None, "c": {"d": None}}}),
        case("a value takes an object's place", {"seq": 1, "a": {"b": 1}}, {"a": "gone"}),
        case("lists are replaced whole", {"seq": 1, "a": [1, 2, 3]}, {"a": [3]}),
        case("a list takes an object's place", {"seq": 1, "a": {"0": 1}}, {"a": [{"b": 1}]}),
        case("an object takes a list's place", {"seq": 1, "a": [1]}, {"a": {"0": 2}}),
        case("an empty list is a value", {"seq": 1, "a": [1]}, {"a": []}),
        case("false, zero and the empty string are values", {"seq": 1}, {"a": False, "b": 0, "c": ""}),
        case("an empty object patch makes an object", {"seq": 1, "a": 5}, {"a": {}}),
        case("unicode", {"seq": 1, "名前": "a"}, {"名前": "Ñ 🌻 أختي e\u0301 \U0001f468\u200d\u2695\ufe0f"}),
        case("characters that hide", {"seq": 1}, {"a": "\u202eabc\u202c \u2066 \ufeff \u00ad"}),
        case("characters of JSON", {"seq": 1}, {'a"b\\c/d': "line\nbreak\ttab \u2028 \u0000"}),
        case("names of every object", {"seq": 1}, {"constructor": 1, "toString": "x"}, {"constructor": None}),
        case("a prototype is not reached", {"seq": 1}, {"__proto__": {"x": True}}, {"a": {"__proto__": 1}}),
        case("number-like keys", {"seq": 1, "line": {"10": 1}}, {"line": {"9": 2}}, {"line": {"10": None}}),
        case("in turn", {"seq": 1}, {"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": None}}, {"a": None}),
    ]  # fmt: skip


def journal() -> list[Json]:
    """One of every event, as this version stores it; taken from the stories where they have one."""
    found: dict[str, Event] = {}
    for story in STORIES:
        world = World()
        ana = story(world)
        for record in world.journals[ana.visit]:
            found.setdefault(record.event.type, record.event)
    found |= {
        event.type: event
        for event in (
            e.Rescheduled(start=MONDAY_NINE, minutes=30),
            e.ClaimReleased(clinician="lee", reason="released"),  # type: ignore[arg-type]
            e.Redirected(reason="emergency_services"),
            e.NoShow(),
            e.Closed(reason="unattended"),
        )
    }
    return [event_to_json(found[name]) for name in EVENT_TYPES]


FEEDS = tuple(GOLDEN / f"{audience}.json" for audience in AUDIENCES)
PATCHES = GOLDEN / "merge_patch.json"
PATHS = (DOCUMENT, RECORDING, *FEEDS, PATCHES, JOURNAL)
"""What is generated; its making takes seconds."""


@cache
def files() -> dict[Path, str]:
    """Every generated file and what it must hold."""
    told = [document(), recording_document(), *(_json(feeds(audience)) for audience in AUDIENCES)]
    return dict(zip(PATHS, [*told, _json(patches()), _json(journal())], strict=True))


def _json(cases: list[Json]) -> str:
    """Readable text; characters as they are, but for those that hide from a reader."""
    text = json.dumps(cases, ensure_ascii=False, indent=1)
    return re.sub(r"[^\x20-\x7e\n]", lambda found: _shown(found[0]), text) + "\n"


def _shown(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
