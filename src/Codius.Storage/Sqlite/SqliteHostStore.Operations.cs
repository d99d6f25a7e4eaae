using System.Globalization;
using Codius.Core.Leases;
using Codius.Core.Ledger;
using Codius.Core.Pods;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Codius.Storage.Sqlite;

public sealed partial class SqliteHostStore
{
    public Task<PayerStanding> FindStandingAsync(
        PayToken token, CreditId? credit, CancellationToken cancellationToken) =>
        _database.ReadAsync(
            async connection => (await connection.QuerySingleAsync<StandingRow>(
                """
                select request_digest, state, status, body, asset, amount from (select 1)
                left join operation on token = @token
                left join (
                    select asset, amount from credit where id = @credit and amount > 0 order by amount desc limit 1)
                """,
                new { token = token.Hex, credit = credit?.Hex })).ToStanding(token, credit),
            cancellationToken);

    public Task RecordPartPaymentAsync(PartPayment payment, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection =>
        {
            connection.Execute(
                """
                insert into operation (token, request_digest, state, changed_at)
                values (@token, @digest, 'open', @at) on conflict (token) do nothing
                """,
                new { token = payment.Token.Hex, digest = payment.RequestDigest, at = Milliseconds(payment.At) });
            var entry = new LedgerEntry(
                "packet:" + payment.PacketKey, payment.At, payment.Asset, LedgerAccount.Received,
                LedgerAccount.Credited, payment.Amount, payment.Token.Hex, "part of a price");
            if (Journal.TryWrite(connection, entry))
            {
                Journal.AddToCredit(connection, payment.Credit.Hex, payment.Asset, payment.Amount);
                WriteAcceptance(
                    connection, payment.PacketKey, payment.Token, payment.Asset, payment.Amount, manifest: null);
            }

            return true;
        }, cancellationToken);

    public async Task<bool> CommitAsync(Purchase purchase, CancellationToken cancellationToken)
    {
        if (!purchase.AddsUp)
            throw new ArgumentException("Packet and credit do not make up the price.", nameof(purchase));
        try
        {
            return await _database.ChangeAsync(connection => Commit(connection, purchase), cancellationToken);
        }
        catch (PurchaseRefusedException)
        {
            return false;
        }
    }

    public Task VoidAsync(
        PayToken token, RecordedAnswer answer, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection => connection.Execute(
            """
            update operation set state = 'void', status = @Status, body = @Body, changed_at = @at
            where token = @token and state = 'open'
            """,
            new { token = token.Hex, answer.Status, answer.Body, at = Milliseconds(at) }), cancellationToken);

    public Task<int> VoidOpenOperationsAsync(
        RecordedAnswer answer, DateTimeOffset at, CancellationToken cancellationToken) =>
        _database.ChangeAsync(connection => connection.Execute(
            """
            update operation set state = 'void', status = @Status, body = @Body, changed_at = @at
            where state = 'open'
            """,
            new { answer.Status, answer.Body, at = Milliseconds(at) }), cancellationToken);

    private static bool Commit(SqliteConnection connection, Purchase purchase)
    {
        if (!SpendToken(connection, purchase)
            || !Journal.TakeFromCredit(
                connection, purchase.SpentCredit, purchase.Lease.Asset, purchase.SpentFromCredit))
            throw new PurchaseRefusedException();
        WriteMoney(connection, purchase);
        WritePod(connection, purchase);
        WriteLease(connection, purchase);
        if (purchase.Account is { } account)
            WriteAccount(connection, account);
        WriteSale(connection, purchase);
        return true;
    }

    private static bool SpendToken(SqliteConnection connection, Purchase purchase) =>
        connection.Execute(
            """
            insert into operation (token, request_digest, state, status, body, changed_at)
            values (@token, @digest, 'committed', @Status, @Body, @at)
            on conflict (token) do update
                set state = 'committed', status = excluded.status, body = excluded.body,
                    changed_at = excluded.changed_at
                where operation.state = 'open' and operation.request_digest = excluded.request_digest
            """,
            new
            {
                token = purchase.Token.Hex,
                digest = purchase.RequestDigest,
                purchase.Answer.Status,
                purchase.Answer.Body,
                at = Milliseconds(purchase.At),
            }) == 1;

    // The packet pays what the credit did not; what is left of it is a credit itself.
    private static void WriteMoney(SqliteConnection connection, Purchase purchase)
    {
        var asset = purchase.Lease.Asset;
        var isByPacket = purchase.PacketAmount > 0;
        Journal.Write(connection, new LedgerEntry(
            isByPacket ? "packet:" + purchase.PacketKey : "spent:" + purchase.Token.Hex,
            purchase.At,
            asset,
            [
                new(LedgerAccount.Received, -purchase.PacketAmount),
                new(LedgerAccount.Credited, purchase.Surplus - purchase.SpentFromCredit),
                new(LedgerAccount.Held, purchase.Lease.Price),
            ],
            purchase.Lease.Id,
            isByPacket ? "the price of a lease" : "a credit spent on a lease")
        {
            Pod = purchase.Manifest,
        });
        Journal.AddToCredit(connection, purchase.SpentCredit.Hex, asset, purchase.Surplus);
        if (isByPacket)
        {
            WriteAcceptance(
                connection, purchase.PacketKey, purchase.Token, asset, purchase.PacketAmount, purchase.Manifest);
        }
    }

    private static void WriteSale(SqliteConnection connection, Purchase purchase) => PodChanges.Write(
        connection,
        purchase.Manifest,
        purchase.Pod is null ? null : PodState.Starting,
        PodState.Running,
        purchase.Pod is null ? "more time was bought" : "it was ready, and is paid for",
        hasMoneyMoved: purchase.Lease.Price > 0,
        purchase.At);

    private static void WriteLease(SqliteConnection connection, Purchase purchase)
    {
        connection.Execute(
            """
            insert into lease
                (id, manifest_hash, asset, price, bought_seconds, ends_at, credit_id, capability_id, pay_tag)
            values (@Id, @manifest, @asset, @Price, @BoughtSeconds, @endsAt, @credit, @capability, @Tag)
            """,
            new
            {
                purchase.Lease.Id,
                manifest = purchase.Manifest.Value,
                asset = purchase.Lease.Asset.ToString(),
                purchase.Lease.Price,
                purchase.Lease.BoughtSeconds,
                endsAt = Milliseconds(purchase.Lease.EndsAt),
                credit = purchase.SpentCredit.Hex,
                capability = purchase.Capability.Hex,
                purchase.Tag,
            });
    }

    private static long Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed class StandingRow
    {
        public string? RequestDigest { get; init; }

        public string? State { get; init; }

        public int? Status { get; init; }

        public string? Body { get; init; }

        public string? Asset { get; init; }

        public long? Amount { get; init; }

        public PayerStanding ToStanding(PayToken token, CreditId? credit) => new(
            RequestDigest is not null
                ? new OperationRecord(
                    token,
                    RequestDigest,
                    Enum.Parse<OperationState>(State!, ignoreCase: true),
                    Status is { } status ? new RecordedAnswer(status, Body ?? "") : null)
                : null,
            Asset is not null ? new CreditBalance(credit!.Value, AssetText.Parse(Asset), Amount!.Value) : null);
    }

    /// <summary>Thrown inside a change to roll back what it has written, and seen by nobody else.</summary>
    private sealed class PurchaseRefusedException : Exception;
}
