"""Counts over time against their own past: which series rise above what was to be expected, and why."""
