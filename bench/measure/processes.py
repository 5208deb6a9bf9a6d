"""Processes that a benchmark starts, and stops by their own ids."""

import pathlib
import socket
import subprocess
import time


class Failed(Exception):
    """What a benchmark needs did not come about."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """A server in the foreground, its output in a file beside its data."""

    def __init__(self, name, command, folder, env=None):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.log"
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=env)

    @property
    def pid(self):
        return self._process.pid

    def wait_for(self, ready, seconds=20):
        """Waits until ready() gives something, and returns that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            if result := ready():
                return result
            time.sleep(0.01)
        raise Failed(f"{self.name} did not get ready:\n{self.log.read_text()[-2000:]}")

    def wait_for_port(self, port):
        def accepts():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        self.wait_for(accepts)

    def stop(self):
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def output_of(command, text=None):
    """What a program prints that reads `text`; the whole of its output is the error if it fails."""
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Failed(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
