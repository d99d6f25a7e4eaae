#!/bin/sh
# Makes PauseCode.cs and HostNameCode.cs from pause.c and hostname.c, with gcc for both architectures (Debian: gcc and
# gcc-aarch64-linux-gnu). Whoever changes them runs it, and gives PauseImage.Name another number.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code() { # source, prefix of the tools, further options
  source=$1
  tools=$2
  shift 2
  "${tools}gcc" -Os -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fno-tree-loop-distribute-patterns -fPIE -nostdlib -static -Wall -Wextra -Werror \
    -Wl,-T,flat.ld -Wl,--build-id=none "$@" -o "$work/program" "$source"
  "${tools}objcopy" -O binary "$work/program" "$work/code"
  base64 -w 100 "$work/code" | sed 's/^/        /'
}

class() { # name, source
  cat >"$1.cs" <<END
namespace Codius.Runtime.Containerd.Images.Pause;

/// <summary>
/// What $2 compiles to, made by build.sh: code that runs at any address and begins at its first byte.
/// </summary>
internal static class $1
{
    public const string X64 = """
$(code "$2" x86_64-linux-gnu- -fcf-protection=none -mno-sse)
        """;

    public const string Arm64 = """
$(code "$2" aarch64-linux-gnu- -mgeneral-regs-only)
        """;
}
END
}

class PauseCode pause.c
class HostNameCode hostname.c
