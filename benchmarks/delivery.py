"""Kill a delivery at every step, round by round, and count what was lost or told under two ids.

    python -m benchmarks.delivery [KILLS]

Ends with an error at the first alert that is lost, or told under two ids.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.delivering import deliver_and_die, webhook
from tppo_watch.storage import open_store


def main(kills: int) -> None:
    """Kill so many processes, at each step in turn."""
    with tempfile.TemporaryDirectory() as name, webhook() as receiver:
        folder = Path(name)
        open_store(f"sqlite:///{folder}/empty.db").close()
        done = step = copies = 0
        while done < kills:
            again, reached = deliver_and_die(folder / str(done), receiver, step, folder / "empty.db")
            copies += again
            done, step = done + 1, 0 if reached < step else step + 1
    print(f"{done} kills: 0 alerts lost, 0 told under two ids; {copies} messages came twice under their id")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
