using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Interledger.Connector.Balances.Journal;

/// <summary>The directory of a store: its lock, and its journals by generation, of which the last one counts.</summary>
internal sealed class JournalDirectory : IDisposable
{
    public const string Unfinished = ".unfinished";

    private const string Suffix = ".journal";

    private readonly SafeFileHandle _lock;

    private JournalDirectory(string path, SafeFileHandle @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <exception cref="BalanceJournalException">Another process has it.</exception>
    public static JournalDirectory Open(string path)
    {
        var created = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        if (created && System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } parent)
            DirectorySync.Flush(parent);
        var lockPath = System.IO.Path.Combine(path, "lock");
        try
        {
            // A lock of the operating system, which goes with the process however that ends.
            return new JournalDirectory(
                path, File.OpenHandle(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new BalanceJournalException($"The balances in {path} are in use by another process.", e);
        }
    }

    public string PathOf(long generation) => System.IO.Path.Combine(Path, $"{generation:d12}{Suffix}");

    /// <summary>The generations that are there, the one that counts last.</summary>
    public IReadOnlyList<long> Generations() =>
    [
        .. Directory.EnumerateFiles(Path, $"*{Suffix}")
            .Select(file => long.TryParse(
                System.IO.Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture, out var generation)
                ? generation
                : throw new BalanceJournalException($"{file} is no journal of balances."))
            .Order(),
    ];

    /// <summary>Removes all journals but the one that counts, and those that never were finished.</summary>
    public void KeepOnly(long generation)
    {
        foreach (var other in Generations().Where(other => other != generation))
            File.Delete(PathOf(other));
        foreach (var unfinished in Directory.EnumerateFiles(Path, $"*{Suffix}{Unfinished}"))
            File.Delete(unfinished);
    }

    public void Dispose() => _lock.Dispose();
}
