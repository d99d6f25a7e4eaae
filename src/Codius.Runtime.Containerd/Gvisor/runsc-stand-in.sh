#!/bin/sh
# Stands in for runc under containerd's stock shim and runs gVisor's runsc.
#
# The shim wants a process per container whose end is the container's end. runsc has one per pod, so that the shim
# would wait for ever for a pod's second container. `create` therefore leaves a keeper behind, which the shim takes
# for the container: it holds the container's output, starts it when `start` says so (runsc takes the output of a
# pod's further containers from there), waits for it, and ends with its exit code.
#
# What containers write to their root goes there, and not to an overlay of gVisor's own: the root is on the pod's disk,
# and the machine's kernel holds the pod to the size of that.
runsc=@RUNSC@
settings="--platform=@PLATFORM@ --overlay2=none"

root=/run/runsc
while :; do
  case ${1-} in
    --root | --log | --log-format)
      [ "$1" != --root ] || root=$2
      settings="$settings $1=$2"
      shift 2
      ;;
    -*)
      settings="$settings $1"
      shift
      ;;
    *) break ;;
  esac
done
command=${1-}
[ $# -eq 0 ] || shift
# The container is named last when it is created, and else comes after the options.
id=
for argument in "$@"; do
  case $argument in
    -*) ;;
    *)
      id=$argument
      [ "$command" = create ] || break
      ;;
  esac
done
keeper=$root/keepers/$id

# The container's process as the shim sees it. A sandbox that was killed from outside, for its memory, has no code.
keep() {
  read -r _ < "$keeper/start" || exit 137
  rm -f "$keeper/start"
  "$runsc" $settings start "$id"
  started=$?
  echo "$started" > "$keeper/started"
  [ "$started" -eq 0 ] || exit 128
  ended=$("$runsc" $settings wait "$id" 2> /dev/null)
  code=${ended##*\"exitStatus\":}
  code=${code%%[!0-9]*}
  exit "${code:-137}"
}

case $command in
  create)
    pid_file=
    arguments=
    while [ $# -gt 1 ]; do
      case $1 in
        --pid-file) pid_file=$2; shift 2 ;;
        --no-pivot | --no-new-keyring) shift ;;
        *) arguments="$arguments $1"; shift ;;
      esac
    done
    "$runsc" $settings create $arguments "$id" || exit
    mkdir -p "$keeper" && mkfifo "$keeper/start" "$keeper/started" || exit
    exec 3<&0
    keep <&3 3<&- &
    echo $! > "$keeper/pid"
    printf %s $! > "$pid_file"
    ;;
  start)
    read -r pid < "$keeper/pid" && kill -0 "$pid" 2> /dev/null || { echo "container not running" >&2; exit 1; }
    echo start > "$keeper/start"
    read -r started < "$keeper/started"
    exit "$started"
    ;;
  kill)
    output=$("$runsc" $settings kill "$@" 2>&1) && exit
    # A container that was made and never started is known to nobody but its keeper.
    [ -p "$keeper/start" ] && read -r pid < "$keeper/pid" && kill -KILL "$pid" 2> /dev/null && exit
    echo "container not running: $output" >&2
    exit 1
    ;;
  delete)
    # The shim asks again after a failure of its own, when runsc has already forgotten the container.
    "$runsc" $settings delete "$@" || ! "$runsc" $settings state "$id" > /dev/null 2>&1
    deleted=$?
    [ -p "$keeper/start" ] && read -r pid < "$keeper/pid" && kill -KILL "$pid" 2> /dev/null
    rm -rf "$keeper"
    exit "$deleted"
    ;;
  *) exec "$runsc" $settings ${command:+"$command"} "$@" ;;
esac
