"""Waiting for things to become true: the only way that these tests synchronise with processes."""

import time

# Far above what anything here takes, even on a busy machine under a sanitizer: reaching it is a
# failure, never a measurement.
DEADLINE = 60.0


def wait_until(condition, what, deadline=DEADLINE):
    """Polls `condition` until it gives something true, and returns that."""
    end = time.monotonic() + deadline
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline:g} s in vain for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)
