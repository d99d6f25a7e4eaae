#!/bin/sh
# Makes PauseCode.cs from pause.c, with gcc for both architectures (Debian: gcc and gcc-aarch64-linux-gnu). Whoever
# changes pause.c runs it, and gives PauseImage.Name another number.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code() { # prefix of the tools, further options
  tools=$1
  shift
  "${tools}gcc" -Os -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fno-tree-loop-distribute-patterns -fPIE -nostdlib -static -Wall -Wextra -Werror \
    -Wl,-T,flat.ld -Wl,--build-id=none "$@" -o "$work/program" pause.c
  "${tools}objcopy" -O binary "$work/program" "$work/code"
  base64 -w 100 "$work/code" | sed 's/^/        /'
}

cat >PauseCode.cs <<END
namespace Codius.Runtime.Containerd.Images.Pause;

/// <summary>
/// What pause.c compiles to, made by build.sh: code that runs at any address and begins at its first byte.
/// </summary>
internal static class PauseCode
{
    public const string X64 = """
$(code x86_64-linux-gnu- -fcf-protection=none -mno-sse)
        """;

    public const string Arm64 = """
$(code aarch64-linux-gnu- -mgeneral-regs-only)
        """;
}
END
