#!/usr/bin/env bash
# Measures, each beside a real peer or a limit in the same run: <name> <ours> <peer or limit> <ratio>
#   ./bench.sh [start|density|proxy|interledger|<one measure of interledger>]…     all suites by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

scripts/setup.sh run test
log=$(mktemp)
dotnet build Codius.slnx -c Release -v q --nologo -clp:ErrorsOnly </dev/null >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
rm -f "$log"
exec bench/Codius.Bench/bin/Release/net10.0/Codius.Bench "$@"
