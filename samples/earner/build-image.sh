#!/bin/sh
# Makes the image of the pod that is paid from the machine's own Node: no registry, no container tools.
#
#   build-image.sh OUT.tar NODE_MODULES
#
# NODE_MODULES is a directory where `npm install ilp-plugin ilp-protocol-stream` was done. Prints the digest of the
# image's manifest.
set -eu
out=${1:?"usage: build-image.sh OUT.tar NODE_MODULES"}
modules=${2:?"usage: build-image.sh OUT.tar NODE_MODULES"}
here=$(cd "$(dirname "$0")" && pwd)
node=$(readlink -f "$(command -v node)") || { echo "node is missing (package nodejs)" >&2; exit 1; }
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
umask 022

mkdir -p "$files/bin" "$files/app/node_modules"
cp "$node" "$files/bin/node"
cp "$here/earner.js" "$files/app/"
# The libraries, each where the program looks for it.
ldd "$node" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$files$(dirname "$library")"
  cp -L "$library" "$files$library"
done
# What the two packages need, and what that needs.
node - "$modules" > "$files/packages" <<'END'
const fs = require('fs')
const path = require('path')
const root = path.resolve(process.argv[2])
const alpha = path.join(root, 'ilp-protocol-stream-alpha')
const seen = new Map()

// A package is looked for as Node does it: beside whoever needs it, then further up.
function find (name, from) {
  for (let dir = from; dir.startsWith(root); dir = path.dirname(path.dirname(dir))) {
    const places = [path.join(dir, 'node_modules', name), path.join(path.dirname(dir), name), path.join(root, name)]
    for (const place of places) {
      if (fs.existsSync(path.join(place, 'package.json'))) return place
    }
  }
  return path.join(root, name)
}

function add (place, name) {
  if (seen.has(place) || !fs.existsSync(place)) return
  seen.set(place, name)
  const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(place, 'package.json')))
  for (const needed of Object.keys(dependencies)) add(find(needed, place), needed)
}

add(path.join(root, 'ilp-plugin'), 'ilp-plugin')
// The last release, which runs on today's Node, where it stands beside an older one.
add(fs.existsSync(alpha) ? alpha : path.join(root, 'ilp-protocol-stream'), 'ilp-protocol-stream')
for (const [place, name] of seen) {
  const inner = path.relative(root, place)
  console.log(`${place} ${place === alpha ? name : inner}`)
}
END
while read -r from to; do
  mkdir -p "$files/app/node_modules/$to"
  cp -RL "$from/." "$files/app/node_modules/$to/"
done < "$files/packages"
rm "$files/packages"
FILES=$files "$here/../hello/build-image.sh" "$out" null '["/bin/node","/app/earner.js"]'
