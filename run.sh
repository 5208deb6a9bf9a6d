#!/bin/bash
# Builds likeness and serves a folder of sample photos on http://127.0.0.1:8080.
# Arguments go to `likeness serve`: ./run.sh --listen 127.0.0.1:9000 --redis redis://127.0.0.1
set -euo pipefail
cd "$(dirname "$0")"

likeness=build/release/likeness
samples=build/samples
arguments=("$@")

# Is the flag $1 among the arguments?
given() { [[ " ${arguments[*]} " == *" $1"[\ =]* ]]; }

if ! given --listen && ! given --config; then
  if (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null; then
    echo "Port 8080 is in use. Choose another: ./run.sh --listen 127.0.0.1:8081" >&2
    exit 1
  fi
  arguments+=(--listen 127.0.0.1:8080)
fi

.ci/install build
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release
if [[ ! -d $samples ]]; then
  rm -rf "$samples.new"
  "$likeness" draw-samples "$samples.new"
  mv "$samples.new" "$samples"
fi

uses_samples=false
if ! given --origin && ! given --config; then
  arguments+=(--origin "folder:$PWD/$samples")
  uses_samples=true
fi

# Passes the server's output on, and names some URLs once it is ready.
show_urls() {
  local line file id
  while read -r line; do
    echo "$line"
    [[ $line == "ready http://"* && $uses_samples == true ]] || continue
    echo "Open one of these, or any other size:"
    for file in "$samples"/*; do
      id=$(basename "${file%.*}")
      echo "  ${line#ready }/photos/$id/HR240x240.jpg"
    done | head -n 5
  done
}
exec "$likeness" serve "${arguments[@]}" > >(show_urls)
