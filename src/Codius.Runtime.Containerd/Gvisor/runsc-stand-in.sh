#!/bin/sh
# Stands in for runc under containerd's stock shim and runs gVisor's runsc.
#
# The shim wants a process per container whose end is the container's end and which holds the container's output.
# runsc has one process per pod, so the shim would wait for ever for a pod's second container. `create` therefore
# leaves a keeper behind, which the shim takes for the container: it holds the output, starts the container when
# `start` says so, waits for it, and ends with its exit code.
runsc=@RUNSC@
platform=@PLATFORM@

# The options before the command are passed on; --root also says where keepers keep their files.
root=/run/runsc
options=
while :; do
  case ${1-} in
    --root) root=$2; options="$options --root=$2"; shift 2 ;;
    --root=*) root=${1#--root=}; options="$options $1"; shift ;;
    --log) log=$2; options="$options --log=$2"; shift 2 ;;
    --log-format) options="$options --log-format=$2"; shift 2 ;;
    --systemd-cgroup) options="$options --systemd-cgroup"; shift ;;
    -*) options="$options $1"; shift ;;
    *) break ;;
  esac
done
