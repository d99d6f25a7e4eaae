#!/usr/bin/env bash
# Builds everything and runs the tests. The last line is always "N passed, N failed".
#   ./test.sh [unit|conformance|interop|e2e|hostile]…     all suites by default
#   ./test.sh crash [N]                           hosts that die at each step, and N times at any moment (8)
#   ./test.sh fuzz [N]                            every parser under N damaged inputs (10000000)
#   TEST_SEED=N ./test.sh …                       the same order and random values as a run that printed N
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

passed=0
failed=0
seed=${TEST_SEED:-$((RANDOM * 32768 + RANDOM))}
log=$(mktemp)
running=
exec 3>&1 # the trap below may come while the output goes to $log

finish() {
  rm -f "$log"
  echo "$passed passed, $failed failed" >&3
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

abort() { # why
  echo "$1" >&3
  failed=$((failed + 1))
  finish
}

stopped() {
  [ -z "$running" ] || { kill "$running"; wait "$running"; } 2>/dev/null
  abort "stopped"
}
trap stopped INT TERM HUP

# Runs a command whose children end with it, and so that the traps above act at once.
attended() { # command…
  setpriv --pdeathsig TERM -- "$@" 3>&- &
  running=$!
  wait "$running"
  local result=$?
  running=
  return $result
}

projects_of() { # suite
  case "$1" in
    unit)
      for project in test/*.Tests; do basename "$project"; done | grep -v '^Codius\.Runtime\.Containerd\.Tests$'
      echo Interledger.Fuzz ;;
    conformance) echo Codius.Conformance Codius.Runtime.Containerd.Tests ;;
    interop) echo Codius.Interop ;;
    e2e) echo Codius.EndToEnd ;;
    hostile) echo Codius.Hostile ;;
    crash) echo Codius.Crash ;;
    fuzz) echo Interledger.Fuzz ;;
    *) return 1 ;;
  esac
}

minutes_for() { # suite
  case "$1" in unit) echo 3 ;; crash) echo $((15 + ${CRASH_KILLS:-0} / 3)) ;; fuzz) echo 60 ;; conformance) echo 18 ;; *) echo 12 ;; esac
}

build() {
  echo "building"
  attended dotnet build Codius.slnx -c Release -v q --nologo -clp:ErrorsOnly </dev/null >"$log" 2>&1 ||
    { cat "$log"; abort "does not build"; }
}

prepare() { # suites…
  attended scripts/setup.sh run test || abort "cannot set up this machine"
  case " $* " in *" interop "* | *" e2e "*)
    attended test/peers/install.sh || abort "cannot install the npm packages of test/peers" ;;
  esac
}

count() { # name, in the summary line of the last run; 0 if it is not there
  local number
  number=$(sed -nE "s/.* $1: ([0-9.]+).*/\1/p" <<<"$summary")
  echo "${number:-0}"
}

run_project() { # project, minutes
  local program=test/$1/bin/Release/net10.0/$1
  [ -x "$program" ] || { echo "$1: not built"; failed=$((failed + 1)); return; }
  attended timeout --kill-after=20 "${2}m" "$program" ":$seed" -noLogo -noColor -failSkips -longRunning 60 \
    >"$log" 2>&1 </dev/null
  local result=$?
  summary=$(grep -E '^ +\S+ +Total: [0-9]+' "$log" | tail -n 1)
  local bad=$(($(count Failed) + $(count Errors)))
  local good=$(($(count Total) - $(count Failed) - $(count 'Not Run')))
  # A run that was cut short has failed, whatever it counted.
  [ -n "$summary" ] && { [ "$result" = 0 ] || [ "$bad" != 0 ]; } || bad=$((bad + 1))
  passed=$((passed + good))
  failed=$((failed + bad))
  if [ "$bad" != 0 ]; then
    grep -vE '^ +(Discovering|Discovered|Starting|Finished):' "$log"
    [ "$result" != 124 ] || echo "$1: not done after $2 minutes"
    echo "$1 ended with $result; TEST_SEED=$seed repeats this order"
  fi
  printf '%-34s %4d passed, %d failed, %s s\n' "$1" "$good" "$bad" "$(count Time)"
}

suites=()
amount=
for argument in "$@"; do
  case "$argument" in *[!0-9]*) suites+=("$argument") ;; *) amount=$argument ;; esac
done
[ ${#suites[@]} != 0 ] || suites=(unit conformance interop e2e hostile)
case " ${suites[*]} " in *" fuzz "*) export FUZZ_INPUTS=${amount:-10000000} ;; esac
case " ${suites[*]} " in *" crash "*) [ -z "$amount" ] || export CRASH_KILLS=$amount ;; esac
for suite in "${suites[@]}"; do
  projects_of "$suite" >/dev/null || abort "no suite $suite: there are unit, conformance, interop, e2e, hostile, crash and fuzz"
done

prepare "${suites[@]}"
build
for suite in "${suites[@]}"; do
  for project in $(projects_of "$suite"); do
    run_project "$project" "$(minutes_for "$suite")"
  done
done
finish
