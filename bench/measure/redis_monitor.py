"""Redis's MONITOR: which commands do its clients send?"""

import re
import socket


class RedisMonitor:
    def __init__(self, port):
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._lines = self._socket.makefile("r", encoding="latin-1", newline="\r\n")
        self._socket.sendall(b"MONITOR\r\n")
        self._lines.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._socket.close()

    def commands(self):
        """What clients have sent so far, each as its list of words: neither what scripts call nor
        what this itself sends."""
        mark = "end-of-what-came"
        with socket.create_connection(("127.0.0.1", self._port), timeout=10) as other:
            other.sendall(f"PING {mark}\r\n".encode())
            other.recv(100)
        commands = []
        while True:
            # +1700000000.000000 [0 127.0.0.1:40000] "HMGET" "key" "meta"
            line = self._lines.readline()
            words = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
            if words[-1] == mark:
                return commands
            if not re.match(r"\+[\d.]+ \[\d+ lua\]", line):
                commands.append(words)
