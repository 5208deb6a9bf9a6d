#!/bin/bash
# Builds likeness and serves sample contacts with their photos on http://127.0.0.1:8080.
# Arguments go to `likeness serve`: ./run.sh --listen 127.0.0.1:9000 --redis redis://127.0.0.1
set -euo pipefail
cd "$(dirname "$0")"

likeness=build/release/likeness
samples=build/samples
demo=build/demo # A contact store of the samples, made at the first start.
me=me@likeness.example
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

# Imports the people of config/samples.csv, each with the picture of his name.
make_demo() {
  local people file
  people=$(mktemp --directory)
  cp config/samples.csv "$people"
  for file in "$samples"/*; do
    cp "$file" "$people/$(basename "${file%.*}")@${me#*@}.${file##*.}"
  done
  rm -rf "$demo.new"
  "$likeness" import "$people" --store "$demo.new" --mailbox "$me"
  rm -r "$people"
  mv "$demo.new" "$demo"
}

uses_demo=false
if ! given --origin && ! given --config; then
  [[ -d $demo ]] || make_demo
  arguments+=(--origin "embedded:$PWD/$demo" --set "contacts.mailbox=$me")
  uses_demo=true
fi

# Passes the server's output on, and names some URLs once it is ready.
show_urls() {
  local line file id
  while read -r line; do
    echo "$line"
    [[ $line == "ready http://"* && $uses_demo == true ]] || continue
    echo "Open one of these, or any other size:"
    for file in "$samples"/*; do
      id=$(basename "${file%.*}")
      echo "  ${line#ready }/photos/$id/HR240x240.jpg"
    done | head -n 5
    echo "Their contacts, which anyone on this machine may read and change (access.tokens is empty):"
    echo "  ${line#ready }/api/v2.0/me/contacts"
  done
}
exec "$likeness" serve "${arguments[@]}" > >(show_urls)
