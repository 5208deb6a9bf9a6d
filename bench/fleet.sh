#!/bin/sh
# Three proxies on a Redis Cluster of six nodes, all on this machine: how often a cold photo is
# fetched, how long a change takes to show everywhere, and what a master's death costs; and then what
# a photo costs memory and Redis. Needs redis-server and a release build (./run.sh makes one).
set -eu
cd "$(dirname "$0")/.."
LIKENESS_BINARY=${LIKENESS_BINARY:-$PWD/build/release/likeness}
LIKENESS_PHOTOS=${LIKENESS_PHOTOS:-$PWD/build/photos}
export LIKENESS_BINARY LIKENESS_PHOTOS PYTHONPATH=tests/e2e:bench/measure PYTHONDONTWRITEBYTECODE=1
[ -d "$LIKENESS_PHOTOS" ] || tests/support/fetch_photos.sh "$LIKENESS_PHOTOS"
python3 bench/fleet.py "$@"
exec python3 bench/sizing.py
