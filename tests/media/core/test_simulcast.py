"""A visit of three: each gets the layer that their way carries, and sees one stream that never restarts."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.core.encoding import COMES_WITHIN, KEPT_FOR, REFUSED_FOR
from media.core.events import Flowing, LayersChanged
from media.core.ladder import Wish
from media.core.negotiated import Codec
from media.core.recording import Packet as Recorded
from media.core.recording import Track as RecordedTrack
from media.core.rtp import signed32
from media.core.tape import Tape
from tests.media.core.layered import PEOPLE, Layered, ids, is_key, picture
from tests.media.core.packets import H264_DELTA, H264_KEY, KEY, MID, REPAIRED, RID, extension, negotiated, rtp
from tests.media.core.test_gate import pli
from tests.media.core.test_repair import nack
from tests.media.core.visit import Sent


def to(name: str, sent: list[Sent], slot: int = 0) -> list[Sent]:
    """What left for somebody on one of their slots for pictures."""
    return [packet for packet in sent if packet.to == name and packet.ssrc == PEOPLE[name] + 21 + slot]


class TestTwo:
    def test_encode_one_layer_and_nothing_is_measured_or_changed(self) -> None:
        visit = Layered("ana", "lee")
        sent = to("lee", visit.goes_on(3))
        assert visit.encodes("ana") == ("h",)
        assert [ids(packet)[0] for packet in sent] == list(range(1, 31))
        assert all(track.meter is None for one in visit.room._endpoints.values() for track in one.tracks)
        assert all(slot.ids is None for one in visit.room._endpoints.values() for slot in one.slots)

    def test_narrow_ways_cap_the_sender_as_ever(self) -> None:
        visit = Layered("ana", "lee")
        visit.goes_on(1)
        visit.narrow("lee", 200_000)
        visit.goes_on(1)
        assert visit.room._endpoints["ana"]._cap == 200_000
        assert visit.has("lee", "ana") == "h"

    def test_are_given_what_comes_of_a_browser_that_sends_all_it_offered(self) -> None:
        visit = Layered("ana", "lee")
        for second in range(3):
            for rid in "hml":
                visit.send("ana", rid, 1 + second, picture(1 + second, key=True), 3000 * second)
            visit.now += 0.2
            visit.tick()
        assert visit.has("lee", "ana") == "h"
        for number in range(4, 14):
            visit.now += 0.1
            for rid in "ml":
                visit.send("ana", rid, number, picture(number, key=True), 9000 * number)
            visit.tick()
        assert visit.has("lee", "ana") == "m"

    def test_who_are_left_of_three_go_back_to_one_layer(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        assert visit.has("sol", "ana") == "l"
        visit.room.leave("lee", visit.now)
        visit.goes_on(2, "ana", "sol")
        assert visit.has("sol", "ana") == "h"
        visit.goes_on(KEPT_FOR, "ana", "sol")
        assert visit.encodes("ana") == ("h",)


class TestThree:
    def test_on_wide_ways_encode_one_layer_too(self) -> None:
        visit = Layered()
        visit.goes_on(5)
        assert {visit.has(one, other) for one in PEOPLE for other in PEOPLE if one != other} == {"h"}
        assert not [event for event in visit.told if isinstance(event, LayersChanged)]

    def test_of_whom_one_has_a_narrow_way_the_others_go_on_as_they_were(self) -> None:
        visit = Layered()
        visit.goes_on(2)
        visit.narrow("sol", 350_000)
        visit.goes_on(2)
        assert [visit.has("sol", name) for name in ("ana", "lee")] == ["l", "l"]
        assert [visit.has("lee", name) for name in ("ana", "sol")] == ["h", "h"]
        assert visit.encodes("ana") == (
            "h",
            "m",
            "l",
        )  # the middle one would have done until the small one came
        assert visit.encodes("sol") == ("h",)
        assert visit.room._endpoints["ana"]._cap is None
        assert visit.room._tally.layers_changed == 2
        visit.goes_on(KEPT_FOR)
        assert visit.encodes("ana") == visit.room.layers("ana") == ("h", "l")

    def test_get_the_full_picture_back_and_the_small_one_ends(self) -> None:
        visit = Layered()
        visit.goes_on(2)
        visit.narrow("sol", 350_000)
        visit.goes_on(2)
        visit.narrow("sol", None)
        visit.goes_on(12)
        assert visit.has("sol", "ana") == "h"
        visit.goes_on(KEPT_FOR)
        assert visit.encodes("ana") == ("h",)
        assert visit.room.layers("ana") == ()

    def test_a_layer_that_nobody_wants_ends_even_if_it_is_the_largest(self) -> None:
        visit = Layered()
        visit.goes_on(1)
        for name in PEOPLE:
            visit.narrow(name, 1_050_000)
        visit.goes_on(KEPT_FOR + 4)
        assert visit.encodes("ana") == ("m",)

    def test_what_was_not_limited_for_a_while_is_tried(self) -> None:
        visit = Layered()
        visit.goes_on(1)
        visit.narrow("sol", 330_000)
        visit.goes_on(2)
        assert visit.has("sol", "ana") == "l"
        visit.narrow("sol", 450_000)
        visit.goes_on(8)
        assert visit.has("sol", "ana") == "m"
        assert visit.room._endpoints["sol"].downlink._estimate.cap == pytest.approx(700_000, rel=0.1)

    def test_a_layer_that_falls_silent_is_replaced_at_once(self) -> None:
        visit = Layered()
        visit.goes_on(2)
        visit.narrow("sol", 1_300_000)
        visit.goes_on(2)
        assert visit.encodes("ana") == ("h", "m")
        visit.silent.add(("ana", "h"))
        visit.goes_on(0.8)
        assert visit.has("lee", "ana") == "m"
        visit.silent.clear()
        visit.goes_on(0.5)
        assert visit.has("lee", "ana") == "h"

    def test_a_camera_that_pauses_changes_nothing(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        visit.goes_on(4, "lee", "sol")
        visit.goes_on(1)
        assert visit.has("sol", "ana") == "l"
        assert visit.has("lee", "ana") == "h"

    def test_until_the_right_layer_comes_the_next_one_does(self) -> None:
        visit = Layered()
        visit.silent |= {(name, "l") for name in PEOPLE}
        visit.goes_on(2)
        visit.narrow("sol", 350_000)
        visit.goes_on(1)
        assert visit.encodes("ana") == ("h", "m", "l")
        assert visit.has("sol", "ana") == "m"
        visit.goes_on(COMES_WITHIN)
        assert visit.encodes("ana") == ("h", "m")
        visit.goes_on(REFUSED_FOR)
        assert visit.encodes("ana") == ("h", "m", "l")

    def test_a_browser_that_knows_of_no_layers_is_capped_like_two(self) -> None:
        visit = Layered()
        visit.silent |= {(name, rid) for name in PEOPLE for rid in "ml"}
        visit.goes_on(2)
        visit.narrow("sol", 350_000)
        visit.goes_on(1)
        assert visit.room._endpoints["ana"]._cap is None
        visit.goes_on(2 * COMES_WITHIN)
        assert visit.room._endpoints["ana"]._cap == 175_000
        assert visit.has("sol", "ana") == "h"
        assert visit.encodes("ana") == ("h",)

    def test_cameras_without_layers_are_capped_and_the_others_are_not(self) -> None:
        visit = Layered("ana", "lee")
        visit.room.join("sol", negotiated(PEOPLE["sol"], video_slots=2), visit.now, visit.out)
        visit.narrow("lee", 500_000)
        for number in range(1, 30):
            visit.goes_on(0.1, "ana", "lee")
            visit.room.receive_rtp(
                "sol", rtp(PEOPLE["sol"] + 2, number, number * 9000, KEY, 96), visit.now, visit.out
            )
        assert visit.room._endpoints["sol"]._cap == 250_000
        assert visit.room._endpoints["ana"]._cap is None

    def test_who_is_shown_large_comes_first_and_small_tiles_have_no_large_layer(self) -> None:
        visit = Layered()
        visit.room.wish("lee", Wish.ALWAYS, visit.now, ["sol"])
        visit.goes_on(3)
        assert [visit.has("lee", name) for name in ("ana", "sol")] == ["m", "h"]
        visit.narrow("lee", 800_000)
        visit.goes_on(2)
        assert [visit.has("lee", name) for name in ("ana", "sol")] == ["l", "m"]
        visit.room.wish("lee", Wish.ALWAYS, visit.now)
        visit.narrow("lee", None)
        visit.goes_on(12)
        assert [visit.has("lee", name) for name in ("ana", "sol")] == ["h", "h"]

    def test_a_shared_screen_comes_first(self) -> None:
        visit = Layered(screen=True, video_slots=3)
        visit.goes_on(2)
        visit.narrow("sol", 1_200_000)
        visit.goes_on(2)
        assert visit.has("sol", "ana") == "m"
        for number in range(40):
            packets = [KEY + bytes(1_000)] * 10
            for place, payload in enumerate(packets):
                packet = rtp(PEOPLE["ana"] + 4, 10 * number + place, number * 9000, payload, 96)
                visit.room.receive_rtp("ana", packet, visit.now, visit.out)
            visit.goes_on(0.1)
        assert visit.has("sol", "ana") == "l"

    def test_nobody_looking_leaves_the_largest(self) -> None:
        visit = Layered()
        visit.goes_on(1)
        for name in PEOPLE:
            visit.room.wish(name, Wish.NEVER, visit.now)
        visit.goes_on(KEPT_FOR + 1)
        assert visit.encodes("ana") == ("h",)
        for name in PEOPLE:
            visit.room.wish(name, Wish.AUTO, visit.now)
        visit.goes_on(12)
        assert visit.has("lee", "ana") is not None

    def test_who_comes_back_begins_with_the_largest_alone(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        visit.room.leave("ana", visit.now)
        assert visit.room.layers("ana") == ()

    def test_a_closed_gate_keeps_everything_as_it_is(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        visit.room.close(visit.now)
        assert visit.goes_on(1) == []
        visit.room.open(visit.now, visit.out)
        visit.goes_on(1)
        assert visit.has("sol", "ana") == "l"

    def test_a_re_offer_keeps_the_layers(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        shape = {**visit.shape, "audio_slots": 3}
        visit.room.amend("sol", negotiated(PEOPLE["sol"], rids=visit.rids, **shape), visit.now, visit.out)  # type: ignore[arg-type]
        assert visit.has("sol", "ana") == "l"
        visit.goes_on(1)
        assert visit.has("lee", "sol") == "h"


class TestChanging:
    """`sol` has ana's large layer and is to have the small one."""

    def begun(self) -> Layered:
        visit = Layered()
        visit.room._simulcast._looked_at = float("inf")  # nobody else decides
        visit.send("ana", "h", 1, picture(500, key=True, base=250), 1_000_000)
        visit.send("ana", "l", 9_000, picture(32_767, key=True, base=7), 77)
        return visit

    def turn(self, visit: Layered, rid: str = "l") -> None:
        slot = visit.room._endpoints["sol"].slots[2]
        slot.turn_to(visit.track("ana", rid), visit.now)

    def test_what_one_has_goes_on_until_the_keyframe_and_nothing_of_it_after(self) -> None:
        visit = self.begun()
        visit.out.clear()
        self.turn(visit)
        visit.now += 1
        visit.tick()
        assert visit.asked("ana", "l")
        (before,) = to("sol", visit.send("ana", "h", 2, picture(501, base=251), 1_003_000))
        assert to("sol", visit.send("ana", "l", 9_001, picture(0, base=8), 3_077)) == []
        (first,) = to("sol", visit.send("ana", "l", 9_002, picture(1, key=True, base=9), 6_077))
        assert first.sequence == before.sequence + 1
        assert to("sol", visit.send("ana", "h", 3, picture(502, base=252), 1_006_000)) == []
        (second,) = to("sol", visit.send("ana", "l", 9_003, picture(2, base=10), 9_077))
        assert [ids(packet) for packet in (before, first, second)] == [(501, 251), (502, 252), (503, 253)]
        assert second.timestamp - first.timestamp == 3_000

    def test_what_comes_late_of_either_layer_is_dropped_or_goes_to_its_place(self) -> None:
        visit = self.begun()
        self.turn(visit)
        visit.send("ana", "l", 9_002, picture(1, key=True), 6_077)
        assert to("sol", visit.send("ana", "l", 9_001, picture(0), 3_077)) == []
        assert to("sol", visit.send("ana", "h", 2, picture(501), 1_003_000)) == []
        (after,) = to("sol", visit.send("ana", "l", 9_004, picture(3), 12_077))
        (late,) = to("sol", visit.again("ana", "l", 9_003, picture(2), 9_077))
        assert (late.sequence, ids(late)[0]) == (after.sequence - 1, ids(after)[0] - 1)

    def test_sender_reports_tell_how_the_times_of_two_layers_go_together(self) -> None:
        visit = self.begun()
        visit.report("ana", "h", 1_000_000, 5.0)
        visit.report("ana", "l", 77 + 9_000, 5.1)
        self.turn(visit)
        visit.now += 1.3  # it came late: our own clock says nothing of when it was taken
        before = visit.room._endpoints["sol"].slots[2].last_time
        (first,) = to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 77 + 45_000))
        assert first.timestamp - before == 45_000

    def test_reports_that_contradict_what_was_sent_count_for_nothing(self) -> None:
        visit = self.begun()
        visit.report("ana", "h", 1_000_000, 5.0)
        visit.report("ana", "l", 77, 65.0)
        self.turn(visit)
        visit.now += 0.1
        before = visit.room._endpoints["sol"].slots[2].last_time
        (first,) = to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 3_077))
        assert first.timestamp - before == pytest.approx(9_000, abs=1)

    def test_a_receiver_who_asks_for_a_picture_gets_one_of_the_layer_they_have(self) -> None:
        visit = self.begun()
        self.turn(visit)
        visit.send("ana", "l", 9_001, picture(0, key=True), 3_077)
        visit.now += 1
        visit.out.clear()
        visit.room.receive_rtcp("sol", bytes(pli(PEOPLE["sol"] + 21)), visit.now, visit.out)
        assert visit.asked("ana", "l")

    def test_a_mind_that_is_changed_before_the_keyframe_changes_nothing(self) -> None:
        visit = self.begun()
        self.turn(visit)
        self.turn(visit, "h")
        visit.tick()
        assert not visit.asked("ana", "l")
        assert to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 3_077)) == []
        assert len(to("sol", visit.send("ana", "h", 2, picture(501), 1_003_000))) == 1
        self.turn(visit)
        self.turn(visit, "m")
        self.turn(visit, "m")
        assert visit.track("ana", "m").wants_keyframe
        assert not visit.track("ana", "l").wants_keyframe

    def test_a_hole_in_the_old_layer_waits_for_the_new_one(self) -> None:
        visit = self.begun()
        self.turn(visit)
        assert to("sol", visit.send("ana", "h", 900, picture(800, key=True), 2_000_000)) == []
        assert visit.has("sol", "ana") is None
        assert visit.has("lee", "ana") == "h"
        visit.told.clear()
        assert len(to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 3_077))) == 1
        assert [event for event in visit.told if isinstance(event, Flowing)]

    def test_a_hole_in_the_new_layer_leaves_the_old_one(self) -> None:
        visit = self.begun()
        self.turn(visit)
        visit.send("ana", "l", 9_900, picture(5), 30_077)
        assert visit.has("sol", "ana") == "h"

    def test_whoever_comes_meanwhile_changes_nothing(self) -> None:
        visit = self.begun()
        self.turn(visit)
        visit.room.join("guest", negotiated(40_000), visit.now, visit.out)
        assert len(to("sol", visit.send("ana", "h", 2, picture(501), 1_003_000))) == 1
        assert len(to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 3_077))) == 1

    def test_a_slot_that_is_paused_asks_for_no_layer(self) -> None:
        visit = self.begun()
        visit.room.wish("sol", Wish.NEVER, visit.now)
        self.turn(visit)
        assert not visit.track("ana", "l").wants_keyframe

    def test_padding_of_a_layer_that_one_has_not_is_nothing(self) -> None:
        visit = self.begun()
        self.turn(visit)
        assert to("sol", visit.send("ana", "l", 9_001, b"", 77, padding=20)) == []
        (after,) = to("sol", visit.send("ana", "h", 2, picture(501), 1_003_000))
        assert after.sequence == 2

    def test_what_is_held_back_of_the_old_layer_is_never_sent(self) -> None:
        visit = self.begun()
        visit.narrow("sol", 50_000)
        visit.tick()
        for number in range(2, 9):
            visit.send("ana", "h", number, picture(499 + number, size=1_000), 1_000_000 + 3_000 * number)
        self.turn(visit)
        sent = to("sol", visit.send("ana", "l", 9_001, picture(0, key=True), 3_077))
        last = visit.room._endpoints["sol"].slots[2].last_count
        for _ in range(30):
            visit.now += 0.05
            sent += to("sol", visit.tick())
        assert [is_key(packet) for packet in sent] == [True]
        assert sent[0].sequence == last + 1

    def test_what_was_lost_of_the_old_layer_is_not_sent_again(self) -> None:
        visit = self.begun()
        for number in range(2, 30):
            visit.send("ana", "h", number, picture(499 + number, size=1_000), 1_000_000 + 3_000 * number)
        visit.now += 0.1
        missed = to("sol", visit.send("ana", "h", 30, picture(529), 1_090_000))[0].sequence - 1
        visit.room.receive_rtcp("sol", bytes(nack(PEOPLE["sol"] + 21, missed)), visit.now, visit.out)
        assert len(visit._drain()) == 1
        self.turn(visit)
        visit.send("ana", "l", 9_001, picture(0, key=True), 3_077)
        visit.now += 0.1
        visit.room.receive_rtcp("sol", bytes(nack(PEOPLE["sol"] + 21, missed - 1)), visit.now, visit.out)
        assert visit._drain() == []
        assert not visit.track("ana", "l").wants_keyframe

    def test_repair_of_the_old_layer_does_not_hold_the_new_one_back_for_long(self) -> None:
        visit = self.begun()
        visit.narrow("sol", 100_000)
        visit.tick()
        pacer = visit.room._endpoints["sol"].pacer
        assert pacer is not None
        pacer.spend(60_000)
        self.turn(visit)
        visit.send("ana", "l", 9_001, picture(0, key=True), 3_077)
        visit.now += 0.15
        assert [is_key(packet) for packet in to("sol", visit.tick())] == [True]

    def test_what_is_owed_stays_owed_where_a_larger_one_begins(self) -> None:
        visit = self.begun()
        visit.narrow("sol", 100_000)
        visit.tick()
        self.turn(visit)
        visit.send("ana", "l", 9_001, picture(0, key=True), 3_077)
        pacer = visit.room._endpoints["sol"].pacer
        assert pacer is not None
        pacer.spend(60_000)
        self.turn(visit, "h")
        visit.send("ana", "h", 2, picture(501, key=True), 1_003_000)
        visit.now += 0.15
        assert to("sol", visit.tick()) == []

    def test_another_ssrc_of_the_layer_one_has_begins_anew(self) -> None:
        visit = self.begun()
        visit.send("ana", "h", 2, picture(501), 1_003_000)
        block = extension((MID, b"1"), (RID, b"h"))
        packet = rtp(7, 50, 0, picture(3), 96, block=block)
        visit.room.receive_rtp("ana", packet, visit.now, visit.out)
        assert visit.has("sol", "ana") is None

    def test_h264_has_no_picture_ids_and_a_receiver_without_it_keeps_the_layer_it_has(self) -> None:
        visit = Layered(h264=102)
        record = negotiated(PEOPLE["sol"], rids=visit.rids, **visit.shape)  # type: ignore[arg-type]
        slots = tuple(replace(slot, h264=None) for slot in record.slots)
        visit.room.amend("sol", replace(record, slots=slots), visit.now, visit.out)
        visit.send("ana", "h", 1, picture(500, key=True), 0)
        block = extension((MID, b"1"), (RID, b"l"))
        first = rtp(PEOPLE["ana"] + 502, 1, 0, H264_KEY, 102, block=block)
        visit.room.receive_rtp("ana", first, visit.now, visit.out)
        visit._drain()
        for name in ("lee", "sol"):
            visit.room._endpoints[name].slots[2].turn_to(visit.track("ana", "l"), visit.now)
        for number, payload in ((2, H264_KEY), (3, H264_DELTA)):
            packet = rtp(PEOPLE["ana"] + 502, number, 3000 * number, payload, 102, block=block)
            visit.room.receive_rtp("ana", packet, visit.now, visit.out)
            sent = visit._drain()
            assert [(one.to, one.payload_type, one.payload) for one in sent] == [("lee", 102, payload)]
        assert visit.has("sol", "ana") == "h"
        assert visit.room._endpoints["lee"].slots[2].codec is Codec.H264


class TestBinding:
    def test_a_packet_of_a_layer_that_was_not_offered_is_nobodys(self) -> None:
        visit = Layered()
        for block in (extension((MID, b"1"), (RID, b"x")), extension((MID, b"1"))):
            visit.room.receive_rtp("ana", rtp(9, 1, 0, KEY, 96, block=block), visit.now, visit.out)
        assert visit._drain() == []
        assert visit.room.counts("ana")["unbound"] == 2

    def test_repair_of_an_unknown_layer_is_nobodys_too(self) -> None:
        visit = Layered()
        visit.send("ana", "h", 1, picture(1, key=True), 0)
        block = extension((MID, b"1"), (REPAIRED, b"x"))
        visit.room.receive_rtp("ana", rtp(9, 1, 0, b"\0\1" + KEY, 97, block=block), visit.now, visit.out)
        assert visit.room.counts("ana")["unbound"] == 1


class TestRecorded:
    def recorded(self, *silent: tuple[str, str]) -> tuple[Layered, list[tuple[str, float]]]:
        """Ana is recorded; after two seconds layers end for three. Tracks and times of her packets."""
        visit = Layered()
        tape = Tape(visit.now)
        visit.narrow("sol", 1_300_000)
        visit.goes_on(2)
        visit.room.record(tape)
        visit.room.lease(["ana"], visit.now + 60, visit.now)
        visit.goes_on(2)
        visit.silent |= set(silent)
        visit.goes_on(3)
        visit.silent.clear()
        visit.goes_on(2)
        visit.room.record(Tape(visit.now))
        visit.room.record(None)
        tape.cut()
        entries = read_tape(tape)
        tracks = {one.number for one in entries if isinstance(one, RecordedTrack)}
        assert tracks
        return visit, [(str(one.track), one.at) for one in entries if isinstance(one, Recorded)]

    def test_is_the_largest_layer_while_that_comes(self) -> None:
        visit, packets = self.recorded()
        assert len({track for track, _ in packets}) == 1
        assert visit.encodes("ana")[0] == "h"

    def test_is_the_next_one_when_it_ends_and_it_again_when_it_is_back(self) -> None:
        _, packets = self.recorded(("ana", "h"))
        order = list(dict.fromkeys(track for track, _ in packets))
        assert len(order) == 3
        times = [at for _, at in packets]
        assert max(later - at for at, later in pairwise(times)) < 0.8

    def test_what_is_to_be_recorded_instead_may_change_before_it_comes(self) -> None:
        visit = Layered()
        visit.narrow("sol", 350_000)
        visit.goes_on(3)
        visit.room.record(Tape(visit.now))
        visit.room.lease(["ana"], visit.now + 60, visit.now)
        visit.goes_on(1)
        track = visit.track("ana", "h")
        assert track.tap is not None
        visit.silent.add(("ana", "h"))
        for number in range(10_000, 10_010):  # no keyframe of the small one comes
            visit.now += 0.1
            visit.send("ana", "l", number, picture(number), number * 9000)
            visit.tick()
        assert visit.track("ana", "l").heir is track.tap
        visit.silent.clear()
        visit.goes_on(1)
        assert visit.track("ana", "l").heir is None
        assert track.tap is not None


def read_tape(tape: Tape) -> list[object]:
    from media.core.entries import decode  # noqa: PLC0415

    return [entry for chunk in tape.take() for entry in decode(b"".join(chunk))]


STEP = st.tuples(
    st.sampled_from("hml"),
    st.sampled_from(["picture", "picture", "picture", "key", "lost", "late", "padding", "twice", "pause"]),
    st.sampled_from([None, None, None, "h", "m", "l"]),
)


@settings(max_examples=150)
@given(st.lists(STEP, min_size=1, max_size=120), st.booleans(), st.sampled_from([0, 65_500, 32_700]))
def test_whatever_comes_a_receiver_sees_one_stream(
    steps: list[tuple[str, str, str | None]], reported: bool, begin: int
) -> None:
    visit = Layered()
    slot = visit.room._endpoints["sol"].slots[2]
    numbers = {"h": begin, "m": begin // 2 + 9, "l": 12}
    pictures = {"h": 32_760, "m": 20, "l": 127}
    kept: dict[str, list[tuple[int, bytes, int]]] = {rid: [] for rid in "hml"}
    seen: dict[int, bytes] = {}
    newest: tuple[int, int, int, int] | None = None
    on = None
    for rid, what, turn in steps:
        visit.now += 2.5 if what == "pause" else 0.033
        stamp = int(visit.now * 90_000) + {"h": 0, "m": 555, "l": 2**31}[rid]
        if reported:
            visit.report("ana", rid, stamp, visit.now)
        if turn is not None:
            slot.turn_to(visit.track("ana", turn), visit.now)
        if what == "late" and kept[rid]:
            number, payload, old = kept[rid].pop()
            packet = (number, payload, old)
        elif what == "padding":
            numbers[rid] += 1
            packet = (numbers[rid], b"", stamp)
        elif what == "twice":
            packet = (numbers[rid], picture(pictures[rid] & 0x7FFF), stamp)
        else:
            numbers[rid] += 1
            pictures[rid] += 1
            payload = picture(pictures[rid] & 0x7FFF, key=what == "key")
            packet = (numbers[rid], payload, stamp)
            if what == "lost":
                kept[rid].append(packet)
                continue
        more = {"padding": 9} if not packet[1] else {}
        for sent in to("sol", visit.send("ana", rid, packet[0], packet[1], packet[2], **more)):
            assert seen.setdefault(sent.sequence, sent.raw) == sent.raw  # one number, one plaintext
            if on != rid:
                assert is_key(sent)  # a switch begins with a keyframe, and nothing of the other layer follows
                assert slot.on is visit.track("ana", rid)
                on = rid
                if newest is not None:
                    assert sent.sequence == newest[0] + 1
                    assert ids(sent) == (newest[2] + 1 & 0x7FFF, newest[3] + 1 & 0xFF)
                    assert 0 < signed32(sent.timestamp - newest[1]) <= 90_000 * 130
            if sent.payload and (newest is None or sent.sequence > newest[0]):
                if newest is not None:
                    assert 0 < (ids(sent)[0] - newest[2]) & 0x7FFF < 0x4000
                    assert signed32(sent.timestamp - newest[1]) > 0
                newest = (sent.sequence, sent.timestamp, *ids(sent))


@given(st.lists(st.tuples(st.sampled_from("hml"), st.binary(max_size=12), st.booleans()), max_size=60))
def test_any_payload_of_any_layer_is_forwarded_or_not_and_nothing_breaks(
    packets: list[tuple[str, bytes, bool]],
) -> None:
    visit = Layered()
    slot = visit.room._endpoints["sol"].slots[2]
    last = 0
    numbers = dict.fromkeys("hml", 0)
    for rid, payload, turns in packets:
        visit.now += 0.07
        number = numbers[rid] = numbers[rid] + 1
        if turns:
            slot.turn_to(visit.track("ana", rid), visit.now)
        for sent in to("sol", visit.send("ana", rid, number, payload, number * 3000)):
            assert len(sent.payload) == len(payload)
            assert sent.sequence == last + 1
            last = sent.sequence
        visit.tick()
