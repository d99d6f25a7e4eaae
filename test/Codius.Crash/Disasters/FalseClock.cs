using System.Globalization;
using Codius.Testing.Processes;

namespace Codius.Crash.Disasters;

/// <summary>The clock of a program, which jumps as it is told; time that passes is right.</summary>
internal sealed class FalseClock : IDisposable
{
    private readonly TemporaryDirectory _files = new();

    public FalseClock() => Set(TimeSpan.Zero);

    private string Offset => _files["offset"];

    /// <summary>A start with this clock.</summary>
    public ProgramStart Wear(ProgramStart start) => start with
    {
        Environment = new Dictionary<string, string?>
        {
            ["LD_PRELOAD"] = Directory.GetDirectories("/usr/lib", "*-linux-gnu")
                .Select(directory => directory + "/faketime/libfaketimeMT.so.1").First(File.Exists),
            ["FAKETIME_TIMESTAMP_FILE"] = Offset,
            ["FAKETIME_NO_CACHE"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        },
    };

    public void Set(TimeSpan offset)
    {
        // Never half written.
        File.WriteAllText(_files["next"], offset.TotalSeconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture));
        File.Move(_files["next"], Offset, overwrite: true);
    }

    public void Dispose() => _files.Dispose();
}
