"""Generated files are in step with the code, and old journals stay readable."""

import json
from typing import Any

import pytest

from tests.waiting_room.core import generate
from waiting_room.core.codec import EVENT_TYPES, event_from_json, event_to_json
from waiting_room.core.patch import fold

pytestmark = pytest.mark.xdist_group("generated")
"""They are generated once, which takes seconds."""

FEEDS = (*generate.FEEDS, generate.PATCHES)


@pytest.mark.parametrize("path", generate.PATHS, ids=lambda path: path.name)
def test_the_file_is_what_the_code_says(path: Any) -> None:
    assert path.read_text(encoding="utf-8") == generate.files()[path], (
        "run python -m tests.waiting_room.core.generate"
    )


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_every_golden_feed_folds_to_its_end(path: Any) -> None:
    cases = json.loads(path.read_text(encoding="utf-8"))
    assert cases
    for case in cases:
        page = case["view"]
        for record in case["records"]:
            page = fold(page, record["patch"])
            assert page["seq"] == record["seq"]
        assert page == case["after"], case["name"]


def test_the_stories_show_every_way_a_feed_can_go() -> None:
    """All but what has no page to show it: rescheduling and endings by the clock."""
    cases = [case for path in FEEDS for case in json.loads(path.read_text(encoding="utf-8"))]
    told = {record["type"] for case in cases for record in case["records"]}
    rest = {"rescheduled", "no_show", "closed", "redirected", "claim_released", "gone", "line_seen"}
    rest |= {"recording_opened"}  # it happens after the last page was told of the end
    rest |= {"handed_over"}  # which device it is, is nobody else's business
    assert set(EVENT_TYPES) - rest <= told | {"back"}


def test_the_first_version_of_every_event_is_readable_for_ever() -> None:
    stored = json.loads(generate.JOURNAL.read_text(encoding="utf-8"))
    assert {event["type"] for event in stored} == set(EVENT_TYPES)
    for event in stored:
        assert event_to_json(event_from_json(event)) == event
