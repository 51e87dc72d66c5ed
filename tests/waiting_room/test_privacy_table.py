"""docs/privacy.md names every column that is stored, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

from waiting_room.migrations import VERSIONS
from waiting_room.schema import metadata

DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


def documented() -> dict[str, set[str]]:
    """Table → columns, as the third cell of each row of the data classes says."""
    found: dict[str, set[str]] = {}
    for row in DOCUMENT.read_text().splitlines():
        cells = row.split("|")
        if len(cells) < 9 or "`" not in cells[3]:
            continue
        for table, columns in re.findall(r"`(\w+)` \(([^)]*)\)", cells[3]):
            found.setdefault(table, set()).update(re.findall(r"`(\w+)`", columns))
    return found


def test_the_table_of_data_classes_and_the_schema_are_the_same() -> None:
    said = documented()
    kinds = said["texts"] - set(metadata.tables["texts"].columns.keys())
    given = {"person", "location", "callback", "present"}
    assert kinds == given | {"guest", "line", "note", "recording", "chat"}
    said["texts"] -= kinds
    stored = {name: set(table.columns.keys()) for name, table in metadata.tables.items()}
    stored[VERSIONS.name] = set(VERSIONS.columns.keys())
    assert said == stored
