#!/bin/bash
# Measures Likeness beside nginx, Varnish, sharp, ipx, Redis and libvips on this machine and prints a
# table of ratios; the same goes to bench/results as DATE.json and latest.json, and as latest.html, a
# page with bars and curves. Everything runs on free ports of 127.0.0.1 and is stopped afterwards.
# Fails if a ratio is not what it must be.
# Usage: bench/run.sh [--quick] [--rounds N] [--only CLASSES]
set -euo pipefail
cd "$(dirname "$0")/.."

build=build/bench
originals=build/originals

.ci/install build bench
cmake --preset bench --log-level=WARNING >/dev/null
cmake --build --preset bench
if [[ ! -d $originals/4000x3000 ]]; then
  tests/support/fetch_photos.sh build/photos
  rm -rf "$originals" "$originals.new"
  "$build/bench/make_originals" build/photos "$originals.new"
  mv "$originals.new" "$originals"
fi
for peer in sharp ipx; do
  tests/clients/install.sh "../../bench/$peer" "$PWD/$build/$peer"
done
exec python3 bench/measure --build "$build" --originals "$originals" --results bench/results "$@"
