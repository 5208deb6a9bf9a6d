"""What a process and its children use, from /proc."""

import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid):
    """The ids of a process and all that descend from it."""
    pids = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            pids += tree(int(child))
    return pids


def cpu_seconds(pid):
    """User and system time of the process and its children, those that have ended included."""
    total = 0
    for one in tree(pid):
        # After the name, which may hold anything: utime, stime, cutime and cstime are 14 to 17.
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(field) for field in fields[11:15])
    return total / TICK


def resident_bytes(pid):
    """Resident memory of one process. What processes share is counted in each of them."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
