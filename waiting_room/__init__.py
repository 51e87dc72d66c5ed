"""The waiting room: visits as history. A pure core decides; the desk, the store and the timekeeper do."""
