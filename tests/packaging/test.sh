#!/bin/bash
# Builds the Debian package and takes it through its life in a fresh Debian 12, which is booted with
# systemd in a container: life.sh tells what happens there. As root, with Debian's archive in reach;
# takes a few minutes, and leaves nothing but build/release behind.
set -euo pipefail
cd "$(dirname "$0")/../.."
((EUID == 0)) || exec sudo "$PWD/tests/packaging/test.sh"

say() { echo "== $*"; }
die() {
  echo "packaging: $*" >&2
  exit 1
}

say "build"
.ci/install build package
cmake --preset release --log-level=WARNING >/dev/null
rm -rf build/release/packages
cmake --build --preset package
package=$(echo build/release/packages/likeness_*.deb)

work=$(mktemp --directory)
tree=$work/tree
trap 'rm -rf --one-file-system "$work"' EXIT

# The same package as the next version, whose conffile has changed as well.
dpkg-deb --raw-extract "$package" "$work/next"
sed --in-place 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
echo '// Of the next version.' >>"$work/next/etc/likeness/likeness.json"
mkdir "$work/life"
dpkg-deb --root-owner-group --build "$work/next" "$work/life/next.deb" >/dev/null

say "hardening, man pages, lintian"
tests/packaging/hardening.sh "$work/next/usr/bin/likeness"
tests/packaging/hardening.sh "$work/next/usr/libexec/likeness/likeness-imaging"
for page in "$work"/next/usr/share/man/man?/*.gz; do
  warnings=$(LC_ALL=C.UTF-8 man --warnings --local-file --troff-device=utf8 --ditroff "$page" \
    2>&1 >/dev/null)
  [[ -z $warnings ]] || die "$page: $warnings"
done

# Debian's own judge of packages. It likes no root, and wants a bug that asks for the package.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$package"

say "Debian 12"
# The archive and the way to it that this machine has.
# shellcheck disable=SC2016 # These are apt's.
archive=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' |
  sed --quiet 's/ bookworm main$//p' | head --lines=1)
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[[ -z ${http_proxy:-} ]] || export http_proxy
unshare --mount debootstrap --variant=minbase --include=systemd,procps bookworm "$tree" \
  "${archive:-http://deb.debian.org/debian}" >"$work/log" || die "$(tail --lines=20 "$work/log")"
cp /etc/resolv.conf "$tree/etc/resolv.conf"

inside() {
  chroot "$tree" env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} "$@"
}

say "install"
cp "$package" "$tree/tmp/package.deb"
inside apt-get -qq update
inside apt-get -qq install --yes --no-install-recommends /tmp/package.deb >"$work/log" 2>&1 ||
  die "$(tail --lines=40 "$work/log")"
rm "$tree/tmp/package.deb"
inside likeness check-config /etc/likeness/likeness.json
wrong=$(inside systemd-analyze verify --man=no likeness.service likeness.socket 2>&1) || true
[[ -z $wrong ]] || die "$wrong"
inside systemd-analyze security --offline=true --threshold=20 likeness.service | tail --lines=1
inside likeness draw-samples /tmp/samples
install --mode=0644 "$tree/tmp/samples/ada.jpg" "$tree/var/lib/likeness/photos/"
rm -r "$tree/tmp/samples"

say "boot"
cp tests/packaging/life.sh "$work/life/"
cat >"$tree/etc/systemd/system/life.service" <<'UNIT'
[Unit]
After=multi-user.target
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/life/life.sh /life/next.deb
StandardOutput=append:/life/log
StandardError=append:/life/log
UNIT
ln --symbolic ../life.service "$tree/etc/systemd/system/multi-user.target.wants/"
# Where systemd does not run, there is no unit to make for the container.
unit=()
[[ -d /run/systemd/system ]] || unit=(--keep-unit)
timeout 180 systemd-nspawn --quiet --register=no "${unit[@]}" --private-network --console=pipe \
  --directory="$tree" --bind="$work/life:/life" --boot </dev/null >"$work/log" 2>&1 ||
  die "$(cat "$work/log" "$work/life/log")"
cat "$work/life/log"
[[ $(tail --lines=1 "$work/life/log") == "all is well" ]] || die "failed"
