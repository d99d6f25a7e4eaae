#!/usr/bin/env bash
# Buys a container for play money on this machine, step by step.
#   ./demo.sh           leaves the host running
#   ./demo.sh --once    stops the host and removes what it made
#   ./demo.sh --stop    the same for a host that was left running
# PORT (3000) and BTP_PORT (7768) choose other ports, RUNTIME=runsc runs the pod in gVisor where that is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

port=${PORT:-3000}
btp_port=${BTP_PORT:-7768}
instance=demo
root=/var/lib/codius-demo
socket=/run/codius/$instance/containerd.sock
work=$PWD/.cache/demo
codiusd=$PWD/src/Codius.Host/bin/Release/net10.0/codiusd
codius=$PWD/src/Codius.Cli/bin/Release/net10.0/codius
settings=(
  --Codius:Development=true
  --Codius:RootDirectory=$root
  --Codius:Port="$port"
  --Codius:Uplink:PlayMoneyPort="$btp_port"
  --Codius:Runtime:Handler="${RUNTIME:-runc}"
  --Codius:Runtime:TrustCode=true # it is the demo's own
  --Codius:Runtime:Instance=$instance
  --Codius:Runtime:Subnet=10.89.0.0/16
)
export CODIUS_BTP=btp+ws://:demo@127.0.0.1:$btp_port
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

bold='' dim='' plain=''
[ ! -t 1 ] || { bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; }
step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
shown() { printf '%s$ %s%s\n' "$dim" "$1" "$plain"; }
fail() { printf '%s\n' "$1" >&2; exit 1; }

is_built() { # nothing that the programs are made of is newer than they are
  [ -x "$codiusd" ] && [ -x "$codius" ] && [ -e "$work/built" ] &&
    [ -z "$(find src Directory.* -newer "$work/built" -type f -not -path '*/bin/*' -not -path '*/obj/*' -print -quit)" ]
}

build() {
  ! is_built || return 0
  step "Building codiusd and codius"
  touch "$work/building"
  for project in Codius.Host Codius.Cli; do
    dotnet build "src/$project" -c Release -v q --nologo -clp:ErrorsOnly </dev/null >"$work/build.log" 2>&1 ||
      fail "$(cat "$work/build.log")"
  done
  mv "$work/building" "$work/built"
}

stop_host() {
  local pid
  pid=$(cat "$work/codiusd.pid" 2>/dev/null || true)
  rm -f "$work/codiusd.pid"
  # Only if it still is the host that was started here.
  [ -n "$pid" ] && [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$codiusd" ] || return 0
  kill "$pid"
  timeout 30 tail --pid="$pid" -f /dev/null || kill -9 "$pid"
}

remove_all() {
  stop_host
  [ ! -d "$root" ] || "$codiusd" remove-pods "${settings[@]}" >"$work/remove.log" 2>&1 || fail "$(cat "$work/remove.log")"
  rm -rf "$root" "${socket%/*}" "$work/project"
}

start_host() {
  setsid "$codiusd" "${settings[@]}" </dev/null >"$work/codiusd.log" 2>&1 &
  local pid=$! tries=200
  echo "$pid" >"$work/codiusd.pid"
  until grep -q ' serves ' "$work/codiusd.log" && [ -S "$socket" ]; do
    kill -0 "$pid" 2>/dev/null && [ $((tries -= 1)) -gt 0 ] || fail "$(cat "$work/codiusd.log")"
    sleep 0.1
  done
}

make_project() { # a web server from this machine's busybox, without any registry
  mkdir -p "$work/project"
  local digest
  digest=$(samples/hello/build-image.sh "$work/hello.tar")
  ctr --address "$socket" --namespace k8s.io images import --digests --base-name codius.local/hello "$work/hello.tar" >/dev/null
  cat >"$work/project/codius.json" <<END
{
  "manifest": {
    "name": "hello",
    "version": "1.0.0",
    "machine": "small",
    "port": "8080",
    "containers": [
      {
        "id": "web",
        "image": "codius.local/hello@$digest",
        "environment": { "GREETING": "\$GREETING" }
      }
    ]
  }
}
END
  cat >"$work/project/codiusvars.json" <<END
{ "vars": { "public": { "GREETING": { "value": "paid for by the second" } } } }
END
}

remaining() { # hash
  local expiry
  expiry=$(curl -fsS "http://localhost:$port/pods?manifestHash=$1" | sed -E 's/.*"expiry":"([^"]+)".*/\1/')
  echo "paid until $expiry, $(($(date -d "$expiry" +%s) - $(date +%s))) seconds from now"
}

show() {
  step "A host: codiusd, with play money, on this machine"
  make_project
  curl -fsS "http://localhost:$port/info" |
    sed -E 's/.*"costPerMonth":([^,]+),.*"isolation":"([^"]+)".*"code":"([^"]+)".*/\1 \3 a month for a small pod, isolated by \2/'
  echo

  step "A pod: quote, payment, start"
  cd "$work/project"
  shown "codius upload --host http://localhost:$port --duration 300 --debug"
  "$codius" upload --host "http://localhost:$port" --duration 300 --debug --assume-yes 2>&1
  local hash url
  hash=$(sed -nE 's/.*"manifestHash": "([a-z2-7]{52})".*/\1/p' default.codiusstate.json | head -n 1)
  url=http://$hash.localhost:$port

  step "Its address is its manifest's hash"
  shown "curl $url/cgi-bin/index.cgi"
  curl -fsS "$url/cgi-bin/index.cgi" | cut -c 1-110 | grep -vE '^CODIUS_MANIFEST=|^HOME|^PATH|^$'
  remaining "$hash"

  step "Its logs"
  shown "codius logs"
  "$codius" logs | tail -n 3

  step "More time"
  shown "codius extend --duration 120"
  "$codius" extend --duration 120 --assume-yes 2>&1
  remaining "$hash"
  cd - >/dev/null
}

mkdir -p "$work"
case "${1:-}" in
  '' | --once) ;;
  --stop) remove_all; exit ;;
  *) fail "usage: ./demo.sh [--once|--stop]" ;;
esac

scripts/setup.sh run
build
stop_host
[ "${1:-}" != --once ] || trap remove_all EXIT
start_host
show
[ "${1:-}" != --once ] || exit 0

step "The host goes on running. What to try next:"
cat <<END
  a browser at http://localhost:$port, and at the pod's address above
  cd .cache/demo/project, change codius.json, and
    CODIUS_BTP=$CODIUS_BTP $codius upload --host http://localhost:$port
  less .cache/demo/codiusd.log
  ./demo.sh --stop
END
