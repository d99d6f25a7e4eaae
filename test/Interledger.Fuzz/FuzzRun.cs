namespace Interledger.Fuzz;

/// <summary>Gives a target many inputs and says which one it could not bear.</summary>
internal sealed class FuzzRun(FuzzTarget target, int seed)
{
    private const long MostGrowth = 16 * 1024 * 1024;
    private const int WarmUp = 10_000;
    private static readonly TimeSpan LongestInput = TimeSpan.FromSeconds(20);

    private readonly Mutator _mutator = new(target.Samples, new Random(seed));
    private ReadOnlyMemory<byte> _input;
    private long _done;

    public void Run(long inputs)
    {
        using var watchdog = Watch();
        ReadMany(Math.Min(inputs, WarmUp));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        ReadMany(inputs);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        if (growth > MostGrowth)
            throw new InvalidOperationException($"{target.Name} keeps {growth} bytes of {inputs} inputs, seed {seed}");
    }

    private void ReadMany(long inputs)
    {
        for (var i = 0L; i < inputs; i++)
        {
            _input = _mutator.Next();
            try
            {
                target.Read(_input);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(Describe(), e);
            }

            Volatile.Write(ref _done, _done + 1);
        }
    }

    // A reader that hangs cannot be stopped, so the process ends and names what it hangs on.
    private Timer Watch()
    {
        var seen = -1L;
        return new Timer(
            _ =>
            {
                var done = Volatile.Read(ref _done);
                if (done == seen)
                    Environment.FailFast("This input takes for ever: " + Describe());
                seen = done;
            },
            state: null,
            LongestInput,
            LongestInput);
    }

    private string Describe() => $"{target.Name}, seed {seed}, input {Convert.ToHexString(_input.Span)}";
}
