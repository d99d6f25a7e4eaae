using Codius.Core;
using Codius.Core.Leases;
using Codius.Core.Pods;
using Codius.Host.Payments;
using Codius.Host.PodAccounts;

namespace Codius.Host.Pods;

internal sealed partial class PodActor
{
    // A start that fails is answered at once, so that its payment is let go of; what it left is removed after that.
    private async Task HandleSellAsync(PodCommand.Sell sell)
    {
        if (!sell.TryTake())
        {
            sell.Reservation?.Dispose();
            return;
        }

        if (View is { } view)
        {
            sell.Reservation?.Dispose();
            sell.Done.TrySetResult(
                view.State == PodState.Paused ? await TryWakeAsync(view, sell) : await TryExtendAsync(view, sell));
            return;
        }

        if (sell.Order.Request is null)
        {
            sell.Fail(PodRegistry.UnknownManifest(Manifest));
            return;
        }

        var id = _services.Runtime.NewId(sell.Order.Limits);
        Transient = id;
        var outcome = await TryStartAsync(id, sell);
        if (outcome.Succeeded(out _, out var failure))
        {
            sell.Done.TrySetResult(outcome);
            return;
        }

        LogPodNotStarted(_services.Log, Manifest, id, failure.Message);
        sell.Fail(failure);
        await RemoveAsync(id);
    }

    // A broken runtime or store is this payer's failure as well, and what it left is removed like any other's.
    private async Task<Outcome<PodSale>> TryStartAsync(PodId id, PodCommand.Sell sell)
    {
        try
        {
            return await StartAsync(id, sell);
        }
        catch (Exception e) when (View is null)
        {
            LogCommandFailed(_services.Log, Manifest, nameof(PodCommand.Sell), e);
            return Failure.Internal("the pod could not be started because of a fault of this host; nothing was taken");
        }
    }

    private async Task<Outcome<PodSale>> StartAsync(PodId id, PodCommand.Sell sell)
    {
        var reservation = sell.Reservation;
        if (reservation is null
            && !_services.Capacity.TryReserve(sell.Order.Limits).Succeeded(out reservation, out var full))
            return full;
        var request = sell.Order.Request!;
        try
        {
            var started = await BringUpAsync(
                id, sell.Order with { Owner = sell.Payment.Capability }, sell.Cancellation);
            if (!started.Succeeded(out var status, out var failure))
                return failure;
            await FollowClockAsync();
            var now = _services.Time.GetUtcNow();
            var record = new PodRecord(
                Manifest, id, request.Manifest.CanonicalJson, _services.Seal.Seal(request), now,
                now + sell.Order.Duration.Length, sell.Payment.Capability, Limits: sell.Order.Limits);
            var view = new PodView(
                record, request.Manifest, PodState.Starting.After(PodTrigger.Sold), status.Address, Trouble: null,
                [.. status.Containers.Select(container => new ContainerView(container, LastEnd: null))]);
            if (!sell.TryBeginCommit())
                return NotInTime();
            // From here on nothing is cancelled: either the commit stands or it does not.
            var sale = await CommitAsync(view, isNew: true, sell);
            if (sale.Succeeded(out _, out _))
                (_reservation, reservation) = (reservation, null);
            return sale;
        }
        catch (OperationCanceledException) when (sell.Cancellation.IsCancellationRequested)
        {
            return NotInTime();
        }
        finally
        {
            reservation?.Dispose();
        }
    }

    private async Task<Outcome<PodStatus>> BringUpAsync(
        PodId id, PodOrder order, CancellationToken cancellationToken)
    {
        var started = await WithinAsync(
            _services.Pods.StartTimeout,
            "it could not be started",
            limited => CreateAndStartAsync(ToSpec(id, order), order.Owner, limited),
            cancellationToken);
        return started.Succeeded(out var status, out var failure)
            ? await WaitUntilReadyAsync(status, order.Request!.Manifest.Port, cancellationToken)
            : failure;
    }

    private PodSpec ToSpec(PodId id, PodOrder order) => new(
        id,
        Manifest,
        order.Limits,
        order.Request!.Manifest.ToContainers(order.Request.Values, _services.Options.PublicUri));

    // A program may want its account before it listens, so it has one before the pod is sold.
    private async Task<Outcome<PodStatus>> CreateAndStartAsync(
        PodSpec spec, CapabilityId? owner, CancellationToken cancellationToken)
    {
        var created = await _services.Runtime.CreateAsync(spec, cancellationToken);
        if (!created.Succeeded(out var status, out var failure))
            return failure;
        if (status.Address is { } address)
            _services.Accounts.Enter(spec.Id, Manifest, owner, address);
        return await _services.Runtime.StartAsync(spec.Id, cancellationToken);
    }

    private Task<Outcome<PodStatus>> WaitUntilReadyAsync(
        PodStatus status, int? port, CancellationToken cancellationToken) => WithinAsync(
            _services.Pods.ReadyTimeout,
            port is null ? "its containers did not run" : $"its port {port} accepted no connection",
            limited => _services.Readiness.WaitAsync(status, port, limited),
            cancellationToken);

    private async Task<Outcome<PodStatus>> WithinAsync(
        TimeSpan longest,
        string otherwise,
        Func<CancellationToken, Task<Outcome<PodStatus>>> step,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longest, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await step(either.Token);
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Failure(
                FailureKind.PodNotReady,
                $"the pod was not ready: {otherwise} within {longest.TotalSeconds:0} seconds",
                Blame.Pod,
                Retryable: true);
        }
    }

    // Time is added to the end, or from now on where the end has passed meanwhile.
    private async Task<Outcome<PodSale>> TryExtendAsync(PodView view, PodCommand.Sell sell)
    {
        if (!view.State.Allows(PodTrigger.Extended))
            return PodRegistry.NotRunning(view);
        if (!sell.TryBeginCommit())
            return NotInTime();
        var now = _services.Time.GetUtcNow();
        var from = view.Record.ExpiresAt > now ? view.Record.ExpiresAt : now;
        var extended = view with
        {
            State = view.State.After(PodTrigger.Extended),
            Record = view.Record with { ExpiresAt = from + sell.Order.Duration.Length, PausedUntil = null },
        };
        return await CommitAsync(extended, isNew: false, sell);
    }

    // The durable step. Ingress and full CPU come after it, and after it the payment may be fulfilled.
    private async Task<Outcome<PodSale>> CommitAsync(PodView view, bool isNew, PodCommand.Sell sell)
    {
        var (record, order, payment) = (view.Record, sell.Order, sell.Payment);
        var answer = PodAnswers.Sold(_services.Options, view, _services.Runtime.Info);
        var purchase = payment.ToPurchase(
            Manifest,
            isNew ? record : null,
            order.Duration,
            record.ExpiresAt,
            answer,
            _services.Time.GetUtcNow()) with
        {
            Account = isNew
                ? PodAccountName.Account(Manifest, payment.Capability, payment.Asset, order.Payout)
                : null,
        };
        if (!await _services.Store.CommitAsync(purchase, CancellationToken.None))
            return Failure.Conflict("the token or the credit of this request was spent meanwhile");
        View = view;
        ScheduleNext();
        LogPodSold(_services.Log, Manifest, record.Id, order.Duration.Seconds, payment.PriceText, record.ExpiresAt);
        await UncageAsync(record.Id);
        return new PodSale(view, answer);
    }

    private async Task UncageAsync(PodId id)
    {
        try
        {
            await _services.Runtime.UncageAsync(id, CancellationToken.None);
        }
        catch (Exception e)
        {
            // The sale stands. A pod with a small share of a busy CPU is inspected, and told of, like any in trouble.
            LogTrouble(_services.Log, Manifest, id, "it could not be given its full share of the CPU: " + e.Message);
        }
    }

    private static Failure NotInTime() => new(
        FailureKind.PodNotReady,
        "the pod was not ready in the time that a payment can wait",
        Blame.Pod,
        Retryable: true);
}
