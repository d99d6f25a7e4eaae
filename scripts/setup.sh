#!/usr/bin/env bash
# Installs what is missing on a Debian machine, from the distribution's packages; says nothing when all is there.
#   scripts/setup.sh run     what codiusd and demo.sh need
#   scripts/setup.sh test    what test.sh and bench.sh need besides
set -euo pipefail

# What must exist (a command, one without libraries, or a file by its whole path, * allowed) and its package.
run_needs=(
  containerd=containerd                                 # runs the pods; codiusd starts one of its own
  runc=runc                                             # for code that the operator trusts
  /usr/lib/cni/ptp=containernetworking-plugins          # the pods' network
  nft=nftables                                          # what pods may not reach
  ip=iproute2
  '/usr/lib/*/libsqlite3.so.0=libsqlite3-0'             # codiusd's store
  static:busybox=busybox-static                         # the program inside the sample image
  curl=curl
  /etc/ssl/certs/ca-certificates.crt=ca-certificates
  ps=procps
)
test_needs=(
  docker-registry=docker-registry                       # images to pull without a public registry
  skopeo=skopeo
  node=nodejs                                           # the original client, moneyd and other peers from npm
  npm=npm
  nginx=nginx-light                                     # bench.sh compares the ingress with it
  wrk=wrk
  dnsmasq=dnsmasq-base                                  # the name server that pods of the tests ask
  redis-server=redis-server                             # the receipt verifier from npm keeps its balances in it
  gcc=gcc                                               # attacks that a shell cannot say
  '/usr/lib/*/libc.a=libc6-dev'
  losetup=mount
  jq=jq
  '/usr/lib/*/faketime/libfaketimeMT.so.1=libfaketime'  # clocks that jump
  setpriv=util-linux
  flock=util-linux
)

exists() { # command, static:command or path pattern
  case "$1" in
    static:*) local program; program=$(command -v "${1#static:}") && ! ldd "$program" >/dev/null 2>&1 ;;
    /*) compgen -G "$1" >/dev/null ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null ;;
  esac
}

missing_packages() { # needs…
  local need
  for need in "$@"; do
    exists "${need%%=*}" || echo "${need##*=}"
  done | sort -u
}

# Debian starts the services of what it installs; codiusd and the tests start what they need themselves.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
}

install_packages() {
  echo "installing from the distribution: $*"
  [ "$(id -u)" = 0 ] || { echo "that needs root: run this again as root, or install them yourself" >&2; return 1; }
  command -v apt-get >/dev/null || { echo "no apt-get here: install them by other means" >&2; return 1; }
  forbid_services
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1
  then
    tail -n 30 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

needs=()
for group in "$@"; do
  case "$group" in
    run) needs+=("${run_needs[@]}") ;;
    test) needs+=("${run_needs[@]}" "${test_needs[@]}") ;;
    *) echo "usage: scripts/setup.sh run|test" >&2; exit 2 ;;
  esac
done

command -v dotnet >/dev/null ||
  { echo "the .NET 10 SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2; exit 1; }
mapfile -t packages < <(missing_packages "${needs[@]}")
[ ${#packages[@]} = 0 ] || install_packages "${packages[@]}"
