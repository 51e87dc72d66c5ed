"""Identifiers. They are minted outside the core, carry no meaning, and are safe to journal."""

from typing import NewType

VisitId = NewType("VisitId", str)
ClinicId = NewType("ClinicId", str)
StaffId = NewType("StaffId", str)
LinkId = NewType("LinkId", str)
"""Names a join link; never its token."""
TextId = NewType("TextId", str)
"""Names a sealed text (a name, an address, a message) kept outside the journal."""
CommandId = NewType("CommandId", str)
"""Made by whoever sends a command; the same id twice means the same command."""
FileId = NewType("FileId", str)
"""Names a sealed file that somebody shared in a visit."""
DeviceId = NewType("DeviceId", str)
"""A browser that redeemed the link."""
RecordingId = NewType("RecordingId", str)
"""Names a recording of a visit, and the folder of its files; a visit may have several."""
GuestId = NewType("GuestId", str)
"""Names a guest of a visit, and their endpoint in its media room: `guest-` and a code."""
