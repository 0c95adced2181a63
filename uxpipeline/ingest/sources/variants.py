"""What trackers call the two variants of a test."""

VARIANTS = {"control": "A", "test": "B", "A": "A", "B": "B"}
