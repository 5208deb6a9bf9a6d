#!/bin/bash
# What tests/packaging/test.sh has happen within a booted Debian 12 in which likeness is installed: it
# serves, reloads, restarts, hangs, and is upgraded, removed and purged. Ends with "all is well".
# Usage: life.sh NEXT_PACKAGE
set -euo pipefail

die() {
  echo "life: $*" >&2
  journalctl --unit likeness --no-pager --lines=30 >&2 || true
  exit 1
}

# Fetches a photo at the size $1, which no cache has yet.
fetch() {
  local status
  exec 3<>/dev/tcp/127.0.0.1/8080 || die "nobody listens"
  printf 'GET /photos/ada/HR%sx%s.jpg HTTP/1.0\r\n\r\n' "$1" "$1" >&3
  cat <&3 >/tmp/answer
  exec 3<&-
  status=$(head --lines=1 /tmp/answer)
  [[ $status == "HTTP/1.1 200 "* ]] || die "$2: $status"
  LC_ALL=C grep --text --quiet --perl-regexp '^\xff\xd8\xff' /tmp/answer || die "$2: no JPEG"
  echo "$2: $(wc --bytes </tmp/answer) bytes"
}

property() { systemctl show --value --property="$1" "${2:-likeness.service}"; }

for unit in likeness.socket likeness.service; do
  [[ $(systemctl is-active $unit) == active ]] || die "$unit is not active"
done
fetch 48 "at boot"
(($(property WatchdogTimestampMonotonic) > 0)) || die "the watchdog has heard nothing"
[[ $(stat --format=%U "/proc/$(property MainPID)") == likeness ]] || die "wrong user"

systemctl reload likeness
fetch 49 "after a reload"
systemctl restart likeness
fetch 50 "after a restart"

# A hung process is replaced. Who waits meanwhile is answered by the next one, or cut off if the old
# one has taken the connection; either way that is when it is gone.
mkdir --parents /run/systemd/system/likeness.service.d
printf '[Service]\nWatchdogSec=1\n' >/run/systemd/system/likeness.service.d/impatient.conf
systemctl daemon-reload
systemctl restart likeness
kill -STOP "$(property MainPID)"
(exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && cat <&3) \
  >/dev/null 2>&1 || true
fetch 51 "after a hang"
(($(property NRestarts) == 1)) || die "$(property NRestarts) restarts"
rm -r /run/systemd/system/likeness.service.d
systemctl daemon-reload

changed='{"origin": {"spec": "folder:/var/lib/likeness/photos"}, "page": {"enabled": false}}'
echo "$changed" >/etc/likeness/likeness.json
before=$(property MainPID)
dpkg --force-confold --install "$1" >/dev/null 2>&1
# shellcheck disable=SC2016 # The braces are dpkg's.
[[ $(dpkg-query --show --showformat='${Version}' likeness) == *+next ]] || die "no upgrade"
[[ $(</etc/likeness/likeness.json) == "$changed" ]] || die "the changed conffile is lost"
[[ -e /etc/likeness/likeness.json.dpkg-dist ]] || die "the new conffile is not offered"
[[ $(property MainPID) != "$before" ]] || die "the old program still runs"
fetch 52 "after an upgrade"

dpkg --remove likeness >/dev/null
[[ ! -e /usr/bin/likeness ]] || die "removal left the program"
! pgrep likeness >/dev/null || die "removal left a process"
! (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null || die "removal left the port open"
[[ $(</etc/likeness/likeness.json) == "$changed" ]] || die "removal took the conffile"
[[ -e /var/lib/likeness/photos/ada.jpg ]] || die "removal took the photos"

user=$(id --user likeness)
dpkg --purge likeness >/dev/null 2>&1
! getent passwd likeness || die "the user is left"
left=$(find / -xdev \( -iname '*likeness*' -o -uid "$user" \) -not -path "$(dirname "$0")*" \
  -not -path '/proc/*')
[[ -z $left ]] || die "left behind: $left"
echo "all is well"
