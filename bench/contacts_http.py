#!/usr/bin/env python3
"""Measures the contacts' REST API with many contacts: the import's rate and memory, list pages at
every depth, a whole synchronisation, and single writes; and the memory of the server.

    bench/contacts_http.py build/release/likeness [CONTACTS]

Works in a folder of its own beside this script's tree, on its disk. Prints medians and maxima of
whole requests on one connection, as a client on this machine sees them.
"""

import http.client
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

CARD = """BEGIN:VCARD\r
VERSION:3.0\r
UID:bench-{i}\r
N:Surname{s};Given{g};;;\r
FN:Given{g} Surname{s}\r
EMAIL;TYPE=INTERNET:person{i}@example.org\r
TEL;TYPE=CELL:+1 555 {i}\r
ORG:Company {c};Department {d}\r
TITLE:Engineer\r
ADR;TYPE=WORK:;;{i} Main Street;Seattle;WA;98121;USA\r
NOTE:Met at a conference\\, likes maps\r
END:VCARD\r
"""


def write_cards(path, contacts):
    with open(path, "w", encoding="utf-8", newline="") as file:
        for i in range(contacts):
            mixed = i * 2_654_435_761 % 1_000_003  # Names in no order, with ties.
            file.write(CARD.format(i=i, s=mixed % 5000, g=mixed % 700, c=mixed % 900, d=i % 12))


def peak_megabytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def run_import(binary, cards, store, contacts):
    start, peak = time.monotonic(), 0.0
    with subprocess.Popen([binary, "import", str(cards), "--store", str(store)],
                          stdout=subprocess.DEVNULL) as child:
        while child.poll() is None:
            try:
                peak = max(peak, peak_megabytes(child.pid))
            except (FileNotFoundError, AttributeError):
                break
            time.sleep(0.05)
    took = time.monotonic() - start
    assert child.returncode == 0
    print(f"import: {contacts / took:,.0f} contacts/s, {took:.1f} s, peak {peak:.0f} MB")


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        data = answer.read()
        assert answer.status < 300, data
        return json.loads(data) if data else {}


def report(what, runs, ask):
    times = []
    for i in range(runs):
        start = time.perf_counter()
        ask(i)
        times.append((time.perf_counter() - start) * 1000)
    print(f"{what:<56} median {statistics.median(times):8.2f} ms  max {max(times):8.2f} ms")


def measure(client, contacts):
    root = "/api/beta/me/contacts"
    for order in ("", "DisplayName", "Surname%20desc", "CreatedDateTime%20desc"):
        for skip in (0, 1_000, contacts // 4, contacts // 2, contacts - 10):
            query = f"?$top=10&$skip={skip}" + (f"&$orderby={order}" if order else "")
            report(f"list {query}", 20, lambda _, q=query: client.ask("GET", root + q))
    for query in ("?$search=Surname123", "?$filter=startswith(Surname,'Surname12')",
                  "?$filter=EmailAddresses/any(a:a/Address%20eq%20'person77@example.org')",
                  "?$top=1000", "?$count=true"):
        report(f"list {query}", 10, lambda _, q=query: client.ask("GET", root + q))
    prefer = {"Prefer": "odata.track-changes, odata.maxpagesize=1000"}
    start, link, told = time.monotonic(), root, 0
    while told < contacts:
        page = client.ask("GET", link, headers=prefer)
        told += len(page["value"])
        link = "/" + page["@odata.deltaLink"].split("/", 3)[3]
    print(f"synchronise all: {time.monotonic() - start:.1f} s")
    made = []
    report("create", 200, lambda i: made.append(
        client.ask("POST", root, json.dumps({"GivenName": f"n{i}"}))["Id"]))
    report("patch", 200, lambda i: client.ask("PATCH", f"{root}/{made[i]}", '{"Surname":"x"}'))
    report("delta of these", 1, lambda _: client.ask("GET", link, headers=prefer))
    report("delete", 200, lambda i: client.ask("DELETE", f"{root}/{made[i]}"))


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    contacts = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    tree = pathlib.Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="contacts-bench-", dir=tree) as folder:
        cards, store = pathlib.Path(folder) / "cards.vcf", pathlib.Path(folder) / "store"
        write_cards(cards, contacts)
        run_import(binary, cards, store, contacts)
        with subprocess.Popen([binary, "serve", "--listen", "127.0.0.1:0", "--origin",
                               f"embedded:{store}"], stdout=subprocess.PIPE, text=True) as server:
            try:
                port = int(server.stdout.readline().rpartition(":")[2])
                measure(Client(port), contacts)
                print(f"server: peak {peak_megabytes(server.pid):.0f} MB")
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
