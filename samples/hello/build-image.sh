#!/bin/sh
# Makes the image of a small web server from the machine's own busybox: no registry, no container tools.
#
#   build-image.sh OUT.tar [ENTRYPOINT [CMD]]     the last two as JSON arrays
#
# Writes an OCI image layout as a tar file and prints the digest of its manifest. The same busybox gives the same
# digest. The server listens on $PORT (8080) and shows the environment that it was started with; its log has a line
# for every request. FILES=DIR adds what is in a directory.
set -eu
out=${1:?"usage: build-image.sh OUT.tar [ENTRYPOINT [CMD]]"}
entrypoint=${2:-null}
cmd=${3:-'["/bin/hello"]'}
busybox=$(command -v busybox) || { echo "busybox is missing (package busybox-static)" >&2; exit 1; }
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) echo "unknown machine $(uname -m)" >&2; exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

root=$work/root
mkdir -p "$root/bin" "$root/etc" "$root/root" "$root/www/cgi-bin"
install -d -m 1777 "$root/tmp"
install -m 755 "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"

cat > "$root/bin/hello" <<'EOF'
#!/bin/sh
# The first process of a container gets no default signal handlers, so the shell has to end the server itself.
echo "hello listens on port ${PORT:-8080}"
httpd -f -v -p "${PORT:-8080}" -h /www &
trap 'kill $!; exit 0' TERM INT
wait
EOF
cat > "$root/www/cgi-bin/index.cgi" <<'EOF'
#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "Hello from $(hostname)"
echo
env | grep -vE '^(REQUEST_|SERVER_|REMOTE_|HTTP_|GATEWAY_|SCRIPT_|PATH_INFO|QUERY_|CONTENT_|SHLVL|PWD|OLDPWD)' | sort
EOF
chmod 755 "$root/bin/hello" "$root/www/cgi-bin/index.cgi"
[ -z "${FILES:-}" ] || cp -a "$FILES/." "$root/"

pack() {
  tar --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$1" -cf "$2" .
}
layout=$work/layout
blobs=$layout/blobs/sha256
mkdir -p "$blobs"

# Stores a file under its digest and leaves digest and size in the variables of that name.
store() {
  digest=$(sha256sum "$1" | cut -d' ' -f1)
  size=$(wc -c < "$1")
  mv "$1" "$blobs/$digest"
}
pack "$root" "$work/layer"
store "$work/layer"
layer=$digest layer_size=$size
cat > "$work/config" <<EOF
{"architecture":"$architecture","os":"linux","config":{"Env":["PATH=/bin"],"Entrypoint":$entrypoint,"Cmd":$cmd,"WorkingDir":"/root"},"rootfs":{"type":"layers","diff_ids":["sha256:$layer"]}}
EOF
store "$work/config"
cat > "$work/manifest" <<EOF
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:$digest","size":$size},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:$layer","size":$layer_size}]}
EOF
store "$work/manifest"
printf '{"imageLayoutVersion":"1.0.0"}' > "$layout/oci-layout"
cat > "$layout/index.json" <<EOF
{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:$digest","size":$size}]}
EOF
pack "$layout" "$work/out"
mv "$work/out" "$out"
echo "sha256:$digest"
