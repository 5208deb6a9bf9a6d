"""What a process and its children use, from /proc."""

import os
import pathlib
import re
import threading
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid):
    """The ids of a process and all that descend from it. Some may have ended by now."""
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
        for child in _read(task / "children").split():
            pids += tree(int(child))
    return pids


def cpu_seconds(pid):
    """User and system time of the process and its children, those that have ended included."""
    total = 0
    for one in tree(pid):
        # After the name, which may hold anything: utime, stime, cutime and cstime are 14 to 17.
        fields = _read(f"/proc/{one}/stat").rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICK


def resident_bytes(pid):
    """Resident memory of one process. What processes share is counted in each of them."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE


def proportional_bytes(pid):
    """Memory of the process and its children. A page that several processes have is divided among
    them, so what these share is counted once."""
    return 1024 * sum(int(kib) for one in tree(pid)
                      for kib in re.findall(r"^Pss: +(\d+) kB$", _read(f"/proc/{one}/smaps_rollup"),
                                            re.M))


def _read(file):
    """Of a process that has ended: nothing."""
    try:
        return pathlib.Path(file).read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


class MemoryOverTime:
    """Looks at proportional_bytes() every second while it is entered. `samples` are (seconds since
    then, bytes)."""

    def __init__(self, pid):
        self.samples = []
        self._pid = pid
        self._start = time.monotonic()
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._left.set()
        self._thread.join()

    def look(self):
        """One more sample, now: its bytes."""
        sample = (time.monotonic() - self._start, proportional_bytes(self._pid))
        self.samples.append(sample)
        return sample[1]

    def _run(self):
        while not self._left.is_set():
            self.look()
            self._left.wait(1)
