from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tppo_watch.errors import StorageBusyError, StorageError
from tppo_watch.scan import scan_lock
from tppo_watch.storage import open_store

HOLD = """
import sys, time
from tppo_watch.scan import scan_lock
from tppo_watch.storage import open_store
with open_store(sys.argv[1]) as store, scan_lock(store):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_scan_holds_the_lock(store_url):
    """A second one is refused, writers are not, and the lock is free afterwards."""
    with open_store(store_url) as one, open_store(store_url) as other:
        with scan_lock(one):
            with pytest.raises(StorageBusyError, match="another scan is running"), scan_lock(other):
                pass
            with other.write():
                pass
        with scan_lock(other):
            pass


def test_a_file_lock_says_who_holds_it(tmp_path):
    """The process that scans is named, so that it can be found."""
    with open_store(f"sqlite:///{tmp_path}/a.db") as store, scan_lock(store):
        with pytest.raises(StorageBusyError, match=f"process {os.getpid()}"), scan_lock(store):
            pass


def test_scans_into_two_databases_do_not_wait_for_each_other(postgres):
    """The lock belongs to one database, not to the server."""
    urls = [postgres.new_database() for _ in range(2)]
    with open_store(urls[0]) as one, open_store(urls[1]) as other, scan_lock(one), scan_lock(other):
        pass


def test_a_killed_scan_leaves_no_lock(store_url):
    """The lock dies with its process."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, store_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with open_store(store_url) as store:
        with pytest.raises(StorageBusyError), scan_lock(store):
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for attempt in range(50):  # the server notices the closed connection within milliseconds
            try:
                with scan_lock(store):
                    break
            except StorageBusyError:
                assert attempt < 49
                time.sleep(0.05)


def test_a_lock_that_cannot_be_made_is_an_error(tmp_path):
    """A folder that is in its place is named."""
    (tmp_path / "a.db.lock").mkdir()
    with open_store(f"sqlite:///{tmp_path}/a.db") as store:
        with pytest.raises(StorageError, match="Is a directory"), scan_lock(store):
            pass
