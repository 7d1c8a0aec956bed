from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tppo_watch.errors import StorageBusyError, StorageError
from tppo_watch.scan import scan_lock

HOLD = """
import sys, time
from pathlib import Path
from tppo_watch.scan.lock import scan_lock
with scan_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_scan_holds_the_lock(tmp_path):
    """A second one is told who holds it, and the lock is free afterwards."""
    with scan_lock(tmp_path / "l"):
        with pytest.raises(StorageBusyError, match=f"process {os.getpid()}"), scan_lock(tmp_path / "l"):
            pass
    with scan_lock(tmp_path / "l"):
        pass


def test_a_killed_scan_leaves_no_lock(tmp_path):
    """The lock dies with its process, and says which process holds it while that lives."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "l")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    with pytest.raises(StorageBusyError, match=f"process {process.pid}"), scan_lock(tmp_path / "l"):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with scan_lock(tmp_path / "l"):
        pass


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path):
    """A missing folder is named."""
    with pytest.raises(StorageError, match="No such file"), scan_lock(tmp_path / "tiada" / "l"):
        pass
