#!/bin/sh
# Three proxies on a Redis Cluster of six nodes, all on this machine: how often a cold photo is
# fetched, how long a change takes to show everywhere, and what a master's death costs. Prints a
# table; needs redis-server and a release build (./run.sh makes one).
set -eu
cd "$(dirname "$0")/.."
LIKENESS_BINARY=${LIKENESS_BINARY:-$PWD/build/release/likeness}
export LIKENESS_BINARY PYTHONPATH=tests/e2e PYTHONDONTWRITEBYTECODE=1
exec python3 bench/fleet.py "$@"
