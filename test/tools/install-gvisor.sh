#!/bin/sh
# Puts a gVisor for tests into a directory: DIR/runsc.
#
#   install-gvisor.sh DIR
#
# On kernels from about 6.11 Debian's versions refuse to start a network (gvisor issue 10704), because a setting that
# they read is no longer there. The newest of Debian's versions, from the backports of bookworm, is therefore unpacked
# from its package, with the setting's name replaced in this copy by one of the same length that does exist.
# Nothing is installed on the machine. Users install gVisor's own release instead.
set -eu
dir=${1:?"usage: install-gvisor.sh DIR"}
[ ! -x "$dir/runsc" ] || exit 0
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9> "$dir/.lock"
flock 9
[ ! -x "$dir/runsc" ] || exit 0

# The mirror is the one that the machine's own apt uses for Debian's bookworm.
mirror=$(apt-get --print-uris update | sed -n "s|^'\(.*/debian\)/dists/bookworm/InRelease'.*|\1|p" | head -n 1)
[ -n "$mirror" ] || { echo "apt has no mirror of Debian's bookworm" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror bookworm-backports main" > "$work/sources.list"
apt() {
  apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@" >&2
}
apt update
(cd "$work" && apt download runsc/bookworm-backports)
dpkg-deb -x "$work"/runsc_*.deb "$work/unpacked"

gone=/proc/sys/net/core/rmem_default
there=/proc/sys/net/core///dev_weight
LC_ALL=C sed "s|$gone|$there|g" "$work/unpacked/usr/bin/runsc" > "$work/runsc"
chmod 755 "$work/runsc"
"$work/runsc" --version >&2
mv "$work/runsc" "$dir/runsc"
