using Codius.Core.Checks;
using Codius.Host.Hosting;

namespace Codius.Host.Doctor.Checks;

/// <summary>
/// Whether codiusd would start with these settings. It is put together as for a start, and not started.
/// </summary>
internal sealed class SettingsCheck(string[] settings) : ICheck
{
    public string Name => "settings";

    public async Task<Finding> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var app = Program.Create(settings);
            return Finding.Well("all can be used");
        }
        catch (Exception e) when (StartupFailure.TryDescribe(e, out var line))
        {
            return Finding.Failed(line, "docs/operators.md and deploy/codiusd.sample.json tell every setting");
        }
    }
}
