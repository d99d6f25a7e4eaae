using System.Runtime.InteropServices;
using Codius.Runtime.Containerd.Processes;

namespace Codius.Runtime.Containerd.Network;

/// <summary>
/// Changes nftables as the program nft does it, by the library that nft itself is made of (man 3 libnftables), while a
/// payer waits: to start the program takes a hundred times as long as what it does. Where there is no such library, or
/// the operator has a program of his own, the program is started.
/// </summary>
internal sealed class Nftables(string program)
{
    public const string Program = "nft";
    private const string Library = "libnftables.so.1";
    private const uint WithoutCounts = 1 << 2;
    private const uint WithoutElements = 1 << 11;

    // What a list of changes takes of the kernel belongs to a context, and that to one thread at a time.
    private readonly Lock _lock = new();
    private nint _context;
    private bool _isMissing = program != Program;

    /// <summary>
    /// Gets ready while the host starts: the library ends the process if it cannot open its socket, which must not
    /// happen later, when file descriptors may have run out.
    /// </summary>
    public void Open() => TryRun("");

    /// <summary>Makes all of these changes or none, as <c>nft -f -</c>.</summary>
    public async Task<CommandResult> ChangeAsync(string commands, CancellationToken cancellationToken) =>
        TryRun(commands)
        ?? await HostCommand.RunAsync(program, ["-f", "-"], commands, cancellationToken);

    /// <summary>
    /// What <c>nft --stateless --terse</c> lists of a table: without what changes by itself and without elements of
    /// sets, nor how many there are, which newer versions say all the same. Null if it is not there. Of two tables at
    /// once nft would find only one.
    /// </summary>
    public async Task<string?> ListAsync(string table, CancellationToken cancellationToken)
    {
        var command = $"list table inet {table}";
        var listed = TryRun(command)
            ?? await HostCommand.RunAsync(program, ["-s", "-t", "-f", "-"], command, cancellationToken);
        return listed.Succeeded ? WithoutRemarks(listed.Output) : null;
    }

    internal static string WithoutRemarks(string listed) =>
        string.Join('\n', listed.Split('\n').Select(line => line.Split('#')[0].TrimEnd()));

    private CommandResult? TryRun(string commands)
    {
        lock (_lock)
        {
            if (_isMissing)
                return null;
            try
            {
                if (_context == 0)
                    _context = NewContext();
                return Run(_context, commands) == 0
                    ? new CommandResult(0, Marshal.PtrToStringUTF8(Output(_context)) ?? "")
                    : new CommandResult(1, Marshal.PtrToStringUTF8(Errors(_context)) ?? "");
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                _isMissing = true;
                return null;
            }
        }
    }

    private static nint NewContext()
    {
        var context = New(0);
        // Else both go to this process's own output.
        _ = KeepOutput(context);
        _ = KeepErrors(context);
        SetFlags(context, WithoutCounts | WithoutElements);
        return context;
    }

    [DllImport(Library, EntryPoint = "nft_ctx_new")]
    private static extern nint New(uint flags);

    [DllImport(Library, EntryPoint = "nft_ctx_output_set_flags")]
    private static extern void SetFlags(nint context, uint flags);

    [DllImport(Library, EntryPoint = "nft_ctx_buffer_output")]
    private static extern int KeepOutput(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_buffer_error")]
    private static extern int KeepErrors(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_get_output_buffer")]
    private static extern nint Output(nint context);

    [DllImport(Library, EntryPoint = "nft_ctx_get_error_buffer")]
    private static extern nint Errors(nint context);

    [DllImport(Library, EntryPoint = "nft_run_cmd_from_buffer")]
    private static extern int Run(nint context, [MarshalAs(UnmanagedType.LPUTF8Str)] string commands);
}
