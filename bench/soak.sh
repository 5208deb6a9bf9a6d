#!/bin/sh
# soak.sh MINUTES: two proxies on one Redis under a steady mixed load, while something breaks every
# few seconds. Watches memory, descriptors and latency; fails if a wrong answer is seen, or if one of
# them grows. Writes bench/results/soak.json and a page with plots, soak.html. Needs redis-server and
# a release build (./run.sh makes one).
set -eu
cd "$(dirname "$0")/.."
LIKENESS_BINARY=${LIKENESS_BINARY:-$PWD/build/release/likeness}
LIKENESS_PHOTOS=${LIKENESS_PHOTOS:-$PWD/build/photos}
export LIKENESS_BINARY LIKENESS_PHOTOS PYTHONPATH=tests/e2e:bench/measure PYTHONDONTWRITEBYTECODE=1
[ -d "$LIKENESS_PHOTOS" ] || tests/support/fetch_photos.sh "$LIKENESS_PHOTOS"
exec python3 bench/soak.py "$@"
