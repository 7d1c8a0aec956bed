"""Three hundred kills: scans, imports, decisions, upgrades, backups, rotations die at random moments.

    python -m benchmarks.kill [KILLS]

Prints a line a phase and database, and ends with an error at the first thing lost, doubled or broken.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.killing import PHASES, kill
from tests.postgres import running_postgres

ROWS = 1200


def main(kills: int) -> None:
    """Spread `kills` over all phases on both databases."""
    runs = [(phase, database) for phase in PHASES for database in ("sqlite", "postgresql")]
    each = -(-kills // len(runs))
    with running_postgres() as server, tempfile.TemporaryDirectory() as folder:
        for number, (phase, database) in enumerate(runs):
            begun = time.perf_counter()
            place = Path(folder) / f"{phase.name}-{database}"
            on = server if database == "postgresql" else None
            kill(phase, place, each, rows=ROWS, seed=number, server=on)
            spent = f"{time.perf_counter() - begun:.0f} s"
            print(f"{phase.name:10} {database:10} {each} kills, {spent}", flush=True)
    print(f"{each * len(runs)} kills: nothing lost, nothing twice, every database sound")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
