"""Certificates that vouch for themselves."""

import pathlib
import subprocess

from support.waiting import DEADLINE


def make_certificate(folder, name):
    """For 127.0.0.1: NAME.crt, NAME.key, and both in NAME.pem."""
    place = pathlib.Path(folder)
    key, certificate = place / f"{name}.key", place / f"{name}.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate],
                   check=True, capture_output=True, timeout=DEADLINE)
    (place / f"{name}.pem").write_text(key.read_text() + certificate.read_text(), encoding="ascii")
