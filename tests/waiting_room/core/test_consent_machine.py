"""Random visits that are recorded: no endpoint is ever given to the recorder without a live consent.

The oracle is kept by hand from what people did, not from what the code folded.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.waiting_room.core.world import Answer, Clinician, Member, World
from waiting_room.core.agreement import lease_of
from waiting_room.core.model import State
from waiting_room.core.refusals import Refused

NAMES = st.lists(st.sampled_from(["Leo", "Mía"]), max_size=3)


class RecordedVisits(RuleBasedStateMachine):
    """A member with company, two clinicians, and an oracle that trusts nobody."""

    world: World
    ana: Member
    lee: Clinician
    number: int
    asked: str | None
    """The recording that is asked for or runs, as the people know it."""
    agreed: bool
    """The member and everybody beside her have agreed to it, and nothing has happened since."""

    @initialize(others=st.integers(0, 2))
    def begins(self, others: int) -> None:
        self.world = World()
        self.ana, self.lee = self.world.waiting_member(), self.world.clinician("lee")
        self.ana.gives_present("company", others=others)
        self.lee.takes(self.ana)
        self.number, self.asked, self.agreed = 0, None, False

    @rule()
    def asks(self) -> None:
        self.number += 1
        if self.lee.asks_to_record(self.ana, f"rec{self.number}") == ["recording_asked"]:
            self.asked, self.agreed = f"rec{self.number}", False

    @rule(names=NAMES, old=st.booleans())
    def agrees(self, names: list[str], old: bool) -> None:
        recording = "rec0" if old else self.asked or "rec0"
        right = recording == self.asked and len(names) == self.ana.now.others
        answer = self.ana.agrees(*names, recording=recording)
        if not isinstance(answer, Refused):
            assert right
            self.agreed = True

    @rule()
    def is_recorded(self) -> None:
        """The shortest way there, so that what comes after has something to end."""
        self.goes_on()
        self.asks()
        self.agrees(["Leo"] * self.ana.now.others, old=False)

    @rule()
    def refuses(self) -> None:
        assert not isinstance(self.ana.refuses(), Refused) or self.ana.state not in {
            State.in_visit, State.on_hold,
        }  # fmt: skip
        self.asked, self.agreed = None, False

    @rule()
    def stops(self) -> None:
        self._ends(self.lee.stops_recording(self.ana))

    def _ends(self, answer: Answer) -> None:
        if not isinstance(answer, Refused):
            self.asked, self.agreed = None, False

    @rule()
    def somebody_joins(self) -> None:
        if not isinstance(self.lee.sees_somebody_new(self.ana), Refused):
            self.agreed = False

    @rule(others=st.integers(0, 2))
    def company_changes(self, others: int) -> None:
        if not isinstance(self.ana.gives_present("other company", others=others), Refused):
            self.agreed = False

    @rule(device=st.integers(1, 30).map("device{}".format))
    def comes_from_another_device(self, device: str) -> None:
        if self.ana.redeems(device=device) != []:
            self.agreed = False

    @rule()
    def holds(self) -> None:
        self.lee.suspends(self.ana)

    @rule()
    def goes_on(self) -> None:
        self.lee.resumes(self.ana)

    @rule()
    def leaves_and_returns(self) -> None:
        if not isinstance(self.ana.leaves(), Refused):
            self.agreed = False
        self.ana.returns()

    @rule(who=st.sampled_from(["lee", "sun"]))
    def is_handed_on(self, who: str) -> None:
        if self.lee.requeues(self.ana) == ["requeued"]:
            self.asked, self.agreed = None, False
        self.lee = self.world.clinician(who)
        self.lee.claims(self.ana)
        self.lee.admits(self.ana)

    @rule(seconds=st.sampled_from([1, 59, 60, 200, 400]), gone=st.booleans())
    def time_passes(self, seconds: int, gone: bool) -> None:
        if gone:
            self.lee.goes(self.ana)
        self.world.passes(seconds=seconds)
        self.world.looks(self.ana)
        if self.ana.state not in {State.in_visit, State.on_hold}:
            self.asked, self.agreed = None, False

    @invariant()
    def nothing_is_recorded_without_a_live_consent(self) -> None:
        if not hasattr(self, "ana"):
            return
        may = self.asked is not None and self.agreed and self.ana.state is State.in_visit
        if lease_of(self.ana.now):
            assert may
            assert lease_of(self.ana.now) == ("clinician", "member")
            assert self.ana.now.recording is not None
            assert self.ana.now.recording.id == self.asked
        else:
            assert not may, "everybody agreed, and the visit runs"


TestRecordedVisits = RecordedVisits.TestCase
TestRecordedVisits.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
