#!/bin/sh
# soak.sh MINUTES: two proxies on one Redis under a steady mixed load, while something breaks every
# few seconds. Watches memory, descriptors and latency; fails if a wrong answer is seen, or if one of
# them grows. Writes bench/results/soak.json and a page with plots, soak.html. Needs redis-server and
# a release build (./run.sh makes one).
set -eu
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"
exec python3 bench/soak.py "$@"
