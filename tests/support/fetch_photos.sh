#!/bin/sh
# fetch_photos.sh FOLDER: real photographs for tests and benchmarks, twenty CC0 ones of 512x512 from
# Debian's package plasma-workspace-data, which is unpacked and not installed. Does nothing when
# they are there already. Safe to run several times at once.
set -eu
folder=$1
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ -e "$folder/.complete" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
(cd "$work" && apt-get -o APT::Sandbox::User=root download plasma-workspace-data >/dev/null)
dpkg -x "$work"/plasma-workspace-data_*.deb "$work"
for photo in "$work"/usr/share/plasma/avatars/photos/*.png; do
  cp "$photo" "$folder/$(basename "$photo" | tr 'A-Z ' 'a-z-')"
done
touch "$folder/.complete"
