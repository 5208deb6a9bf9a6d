#!/bin/sh
# install.sh FOLDER: Microsoft's JavaScript client of Graph, as package-lock.json pins it, and the
# test's program beside it. Does nothing when just these are there. Safe to run several times at once.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
folder=$1
mkdir -p "$folder"
cd "$folder"
exec 9>.lock
flock 9
cp "$source/client.mjs" .
cmp -s "$source/package-lock.json" .installed && exit 0
cp "$source/package.json" "$source/package-lock.json" .
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
cp package-lock.json .installed
