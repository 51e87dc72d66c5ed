"""The figures that operators watch: counted once, by closed labels, and never in the way of an answer."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from signaling.gauges import Disks, Operations, end_of
from signaling.http import figures as http_figures
from signaling.http.figures import Figures
from tests.signaling.doctor.patient import Authority
from tests.signaling.house import NOON, World, running
from tests.signaling.sockets.house import House, open_house
from waiting_room.core import commands as c
from waiting_room.core.ids import CommandId, DeviceId, LinkId, TextId, VisitId
from waiting_room.core.model import Actor, Facing, Finding, Role, Visit
from waiting_room.desk import Done

pytestmark = pytest.mark.sockets

MEMBER, OKAFOR = Actor(Role.member, "phone"), Actor(Role.clinician, "okafor")

Figure = Mapping[str, float]


def read(text: str) -> Figure:
    """Samples by name and labels, as Prometheus writes them: `name{a="b"}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def figures(world: World) -> Figure:
    return read((await world.stranger().get("/metrics")).text)


async def does(world: World, visit: VisitId, actor: Actor, *commands: c.Command) -> None:
    for command in commands:
        done = await world.house.desk.execute(
            visit, command, actor, world.clock.now(), CommandId(world.ids.new())
        )
        assert isinstance(done, Done), done


async def waiting(world: World, **how: float) -> VisitId:
    visit, _ = await world.books(**how)
    now = await world.house.desk.visit(visit)
    assert now is not None
    await does(
        world,
        visit,
        MEMBER,
        c.Redeem(link=LinkId(str(now.link)), device=DeviceId("phone"), birth_date_matches=True),
        c.GiveLocation(text=TextId(f"location-{visit}")),
        c.GiveCallback(text=TextId(f"callback-{visit}")),
        c.GivePresent(text=TextId(f"present-{visit}"), others=0),
        c.GiveConsent(consent="v1", language="en"),
        c.CheckDevices(camera=Finding.ok, microphone=Finding.ok, facing=Facing.user, seen=True),
        c.CheckIn(),
    )
    return visit


async def test_visits_are_counted_by_state_and_none_is_left_out(world: World) -> None:
    await world.books()
    await waiting(world)
    found = await figures(world)
    assert found['videovisit_visits{state="booked"}'] == 1
    assert found['videovisit_visits{state="waiting"}'] == 1
    assert found['videovisit_visits{state="in_visit"}'] == 0
    assert 'videovisit_visits{state="completed"}' not in found


async def test_waiting_counts_from_ready_and_not_before_the_appointment(world: World) -> None:
    visit = await waiting(world, minutes_from_now=5)
    assert (await figures(world))["videovisit_longest_wait_seconds"] == 0
    world.clock.passes(minutes=15)
    assert (await figures(world))["videovisit_longest_wait_seconds"] == 600
    await does(world, visit, OKAFOR, c.Claim(), c.Admit())
    found = await figures(world)
    assert found["videovisit_longest_wait_seconds"] == 0
    assert (found["videovisit_wait_seconds_count"], found["videovisit_wait_seconds_sum"]) == (1, 600)
    assert found['videovisit_wait_seconds_bucket{le="600.0"}'] == 1
    assert found['videovisit_wait_seconds_bucket{le="300.0"}'] == 0


async def test_a_member_who_is_seen_again_has_waited_once(world: World) -> None:
    visit = await waiting(world, minutes_from_now=0)
    await does(world, visit, OKAFOR, c.Claim(), c.Admit(), c.Requeue())
    world.clock.passes(minutes=30)
    await does(world, visit, OKAFOR, c.Claim(), c.Admit())
    found = await figures(world)
    assert (found["videovisit_wait_seconds_count"], found["videovisit_wait_seconds_sum"]) == (1, 0)


async def test_parts_and_room_and_version_are_told(world: World) -> None:
    found = await figures(world)
    assert found['videovisit_part_ready{part="records"}'] == 1
    assert found['videovisit_part_ready{part="media"}'] == 1
    assert found['videovisit_disk_free_bytes{place="database"}'] > 1e6
    assert any(name.startswith("videovisit_build_info{version=") for name in found)
    assert found["process_cpu_seconds_total"] > 0
    assert "videovisit_certificate_ends_timestamp_seconds" not in found


async def test_the_recordings_disk_and_the_certificate_are_told(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    cert, key = Authority(tmp_path).certifies("127.0.0.1", days=60)
    async with running(tmp_path, recordings=recordings, recording_key="A" * 43 + "=") as world:
        assert (await figures(world))['videovisit_disk_free_bytes{place="recordings"}'] > 1e6
    assert end_of(cert) == NOON + timedelta(days=59)
    assert end_of(key) is None
    assert end_of(tmp_path / "none") is None
    assert end_of(None) is None


async def test_a_disk_that_is_gone_has_no_room(tmp_path: Path) -> None:
    disks = Disks({"recordings": tmp_path / "unmounted"})
    await disks.look()
    assert disks.free == {"recordings": 0}


async def test_what_hangs_does_not_hold_up_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(http_figures, "REFRESH_WITHIN", 0.01)
    asked = Figures()
    asked.add(Quiet().operations(), hangs)
    found = read((await asked.refreshed({"records": False})).decode())
    assert found['videovisit_part_ready{part="records"}'] == 0


class Quiet:
    """Nobody waits, and one worker tells what it is told to tell."""

    def __init__(self, **figures: float) -> None:
        self._figures = figures

    def visits(self) -> tuple[Visit, ...]:
        return ()

    def worker_figures(self) -> Mapping[str, Mapping[str, float]]:
        return {"media-0": self._figures}

    def refusals(self) -> Mapping[tuple[str, str], int]:
        return {}

    def operations(self) -> Operations:
        return Operations(
            now=lambda: datetime(2026, 6, 1, tzinfo=UTC),
            line=self,
            workers=self,
            sockets=self,
            disks=Disks({}),
            certificate_ends=None,
        )


async def test_a_workers_figures_go_by_its_name_and_new_ones_are_left_out() -> None:
    asked = Figures()
    asked.add(Quiet(rooms=3, packets_sent=812, cpu_seconds=1.5, moods=7).operations(), Disks({}).look)
    found = read(asked.text().decode())
    assert found['videovisit_media_rooms{worker="media-0"}'] == 3
    assert found['videovisit_media_packets_sent_total{worker="media-0"}'] == 812
    assert found['videovisit_media_cpu_seconds_total{worker="media-0"}'] == 1.5
    assert not any("moods" in name for name in found)


async def test_refused_events_are_counted_by_code_and_never_by_what_was_asked(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await refused(house)
        counts = house.sockets.refusals()
    assert counts["clinician", "nobody_waiting"] == 1
    assert counts["clinician", "unknown_event"] == 2
    assert set(counts) == {("clinician", "nobody_waiting"), ("clinician", "unknown_event")}


async def refused(house: House) -> None:
    lee = await house.clinician()
    await lee.asks("next_patient", {})
    await lee.asks("Ana Reyes", {})
    await lee.asks("made_up", {})
