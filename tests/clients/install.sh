#!/bin/sh
# install.sh CLIENT FOLDER: the npm packages of CLIENT, a folder beside this script or named by a path
# from here, as its package-lock.json pins them, and its programs, if it has any, beside them. Does
# nothing when just these are there. Safe to run several times at once.
set -eu
source=$(cd "$(dirname "$0")/$1" && pwd)
folder=$2
mkdir -p "$folder"
cd "$folder"
exec 9>.lock
flock 9
find "$source" -maxdepth 1 -name '*.mjs' -exec cp {} . ';'
cmp -s "$source/package-lock.json" .installed && exit 0
cp "$source/package.json" "$source/package-lock.json" .
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
cp package-lock.json .installed
