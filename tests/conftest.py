"""What every test stands on: no outside network (see `addopts` in setup.cfg), reproducible examples."""

from __future__ import annotations

import os

from hypothesis import settings

# Two workers share a machine with others: a slow example is no failure, and a red run must be red again.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

# These measure on data outside the clone; `make check-shared` names where it lies.
collect_ignore = [] if os.environ.get("TPPO_SHARED") else ["shared"]
