#!/bin/sh
# Three proxies on a Redis Cluster of six nodes, all on this machine: how often a cold photo is
# fetched, how long a change takes to show everywhere, and what a master's death costs; and then what
# a photo costs memory and Redis. Needs redis-server and a release build (./run.sh makes one).
set -eu
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/environment.sh"
python3 bench/fleet.py "$@"
exec python3 bench/sizing.py
