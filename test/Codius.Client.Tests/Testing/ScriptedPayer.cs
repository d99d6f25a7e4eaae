using Codius.Client.Payments;
using Codius.Core;
using Codius.Core.Ledger;

namespace Codius.Client.Tests.Testing;

/// <summary>A payer that moves no money but says that it did, as a test wants it.</summary>
internal sealed class ScriptedPayer : IPayer
{
    public static Asset Xrp { get; } = new("XRP", 9);

    public Outcome<Asset> Connected { get; set; } = Xrp;

    public Failure? Unopenable { get; set; }

    /// <summary>Payments open when this has ended.</summary>
    public Task Opening { get; set; } = Task.CompletedTask;

    /// <summary>What a payment comes to when it is closed.</summary>
    public PaymentReport Report { get; set; } = PaymentReport.Nothing;

    public TaskCompletionSource<string> Broken { get; } = new();

    public List<(PayInstruction Instruction, ulong Maximum)> Opened { get; } = [];

    public int Closed { get; private set; }

    public Task<Outcome<Asset>> ConnectAsync(CancellationToken cancellationToken) => Task.FromResult(Connected);

    public async Task<Outcome<OpenPayment>> OpenAsync(
        PayInstruction instruction, ulong maximum, CancellationToken cancellationToken)
    {
        Opened.Add((instruction, maximum));
        await Opening.WaitAsync(cancellationToken);
        return Unopenable is { } failure ? failure : new Payment(this);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Payment(ScriptedPayer payer) : OpenPayment
    {
        public override PaymentReport Report => payer.Report;

        public override Task<string> Broken => payer.Broken.Task;

        public override Task<PaymentReport> CloseAsync(CancellationToken cancellationToken)
        {
            payer.Closed++;
            return Task.FromResult(payer.Report);
        }
    }
}
