using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Codius.Core.Manifests;
using Codius.Crash.Dying;
using Codius.EndToEnd.Hosts;
using Codius.Testing.Processes;
using Shouldly;

namespace Codius.Crash.Customers;

/// <summary>
/// A host and all who ever bought of it. After each of the host's ends it says what must be true of money, pods and
/// answers.
/// </summary>
internal sealed class Town : IAsyncDisposable
{
    private static readonly string Self = Path.Combine(AppContext.BaseDirectory, "Codius.Crash");

    private static readonly Dictionary<string, string> Impatient = new()
    {
        ["Pods:PauseFor"] = "00:00:02",
        ["Pods:StopGrace"] = "00:00:01",
        // Many lives, and each customer of a life that ended is one that never paid.
        ["Payments:MaxUnpaidOperationsPerCaller"] = "64",
    };

    private readonly ConcurrentQueue<Customer> _customers = new();
    private readonly Leftovers _nothing;

    private Town(CodiusHost host, Leftovers nothing) => (Host, _nothing) = (host, nothing);

    public CodiusHost Host { get; }

    public string Store => Path.Combine(Host.Settings.RootDirectory, "codius.db");

    /// <summary>Where payers connect, if not to the host's own play money.</summary>
    private Func<string?> PayersUrl { get; init; } = () => null;

    public static async Task<Town> FoundAsync(HostSettings? settings = null, Func<string?>? payersUrl = null)
    {
        settings ??= new HostSettings();
        var others = new Dictionary<string, string>(Impatient);
        foreach (var (name, value) in settings.Others)
            others[name] = value;
        var host = await CodiusHost.StartAsync(settings with { Others = others });
        return new Town(host, await host.LeftoversAsync()) { PayersUrl = payersUrl ?? (() => null) };
    }

    /// <summary>The next life is one that stops at a step.</summary>
    public async Task BeginLifeThatStopsAsync(Step step)
    {
        if (Host.IsAlive)
            (await Host.StopAsync()).ShouldBe(0);
        Host.Command = new ProgramStart(Self, Codius.Crash.Program.HostCommand, step.ToString());
        Host.Begin();
    }

    /// <summary>The next life is one that does not.</summary>
    public async Task BeginNextLifeAsync(ProgramStart? command = null)
    {
        if (Host.IsAlive)
            await Host.KillAsync();
        Host.Command = command ?? new ProgramStart(EndToEnd.Programs.Codiusd);
        await Host.StartAsync();
    }

    /// <summary>How many seconds the host's clock is before the right one.</summary>
    public async Task<double> LeadOfClockAsync()
    {
        using var answer = await Host.Http.GetAsync("/info");
        return (answer.Headers.Date!.Value - DateTimeOffset.UtcNow).TotalSeconds;
    }

    public async Task<Customer> WelcomeAsync(Wish wish)
    {
        var customer = await Customer.ConnectAsync(Host, wish, PayersUrl());
        _customers.Enqueue(customer);
        return customer;
    }

    /// <summary>Somebody with a wish that is fulfilled.</summary>
    public async Task<Customer> ServeAsync(Wish wish)
    {
        var customer = await WelcomeAsync(wish);
        await customer.TryAsync();
        customer.Status.ShouldBe(200, customer.Answer.ToString());
        return customer;
    }

    /// <summary>
    /// Whatever has happened: the books are right; what payers sent is what was received, or the difference is what the
    /// journal calls in doubt; pods that were paid for serve, there are no others; and who asks again is told the
    /// truth.
    /// </summary>
    public async Task ShouldBeRightAsync()
    {
        await MoneyShouldBeRightAsync();
        // A payer who is still there would go on paying when he asks again.
        foreach (var customer in _customers)
            await customer.LeaveAsync();
        await MoneyShouldBeRightAsync();
        var store = StoreView.Read(Store);
        foreach (var customer in _customers)
            await AnswersShouldBeTrueAsync(customer, store);
        await PodsShouldBeRightAsync(store);
        // Nobody lost time that he did not give back himself.
        store.Settlements.ShouldNotContain(
            settled => settled.Unused > 0 && settled.Reason != "stopped by whoever started it");
    }

    /// <summary>Now, or a little later; the pod that somebody bought is in the books and answers.</summary>
    public Task ShouldServeAsync(Customer owner) => EventuallyAsync(async () =>
    {
        StoreView.Read(Store).Pods.Keys.ShouldContain(HashOf(owner)!);
        await Host.Http.GetStringAsync(new Uri($"http://{HashOf(owner)}.localhost:{Host.Settings.Port}/"));
    });

    /// <summary>Everybody stops what he has, and then there is nothing left.</summary>
    public async Task ShouldEndCleanlyAsync()
    {
        foreach (var owner in _customers.Where(customer => customer.Wish.Method == HttpMethod.Post))
        {
            if (owner.Status == 200 && await StopAsync(owner) is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
                owner.Status.ShouldBe(404);
        }

        foreach (var hash in StoreView.Read(Store).Pods.Keys)
        {
            var owner = _customers.FirstOrDefault(customer => HashOf(customer) == hash);
            owner.ShouldNotBeNull($"pod {hash} is somebody's");
            (await StopAsync(owner)).ShouldBe(HttpStatusCode.OK);
        }

        await Host.ShouldHaveLeftNothingAsync(_nothing);
        await MoneyShouldBeRightAsync();
        await ForgetAsync();
    }

    /// <summary>No more is said of somebody of whom the host cannot know.</summary>
    public async Task ForgetAsync(Customer unknown)
    {
        var others = _customers.Where(customer => customer != unknown).ToList();
        _customers.Clear();
        others.ForEach(_customers.Enqueue);
        await unknown.DisposeAsync();
    }

    public static string? HashOf(Customer customer) => customer.Wish.Body is { } body
        ? ManifestHashOf(body)
        : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var customer in _customers)
            await customer.DisposeAsync();
        await Host.DisposeAsync();
    }

    private static string ManifestHashOf(string body)
    {
        ManifestRequest.TryRead(Encoding.UTF8.GetBytes(body), ManifestRules.Upload, out var request, out var errors)
            .ShouldBeTrue(errors?.ToString());
        return request!.Hash.Value;
    }

    private async Task<HttpStatusCode> StopAsync(Customer owner)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/pods/{HashOf(owner)}");
        request.Headers.Authorization = new("Bearer", owner.Capability);
        using var answer = await Host.Http.SendAsync(request);
        return answer.StatusCode;
    }

    // The answer to a packet may come after the one to the request, and after the look at the books.
    private Task MoneyShouldBeRightAsync() => EventuallyAsync(async () =>
    {
        var books = await Books.ReadAsync(Store);
        foreach (var customer in _customers)
        {
            var received = books.ReceivedOf(customer.Token);
            ((long)customer.Sent).ShouldBeLessThanOrEqualTo(received, $"sent by {customer.Token}");
            (received - (long)customer.Sent).ShouldBeLessThanOrEqualTo(
                books.InDoubtOf(customer.Token), $"received of {customer.Token}, and not in doubt");
        }

        var back = _customers.Sum(customer => (long)customer.GotBack);
        back.ShouldBeInRange(books.Returned - _forgottenBack, books.Returned - _forgottenBack + books.ReturnsInDoubt);
    });

    private async Task AnswersShouldBeTrueAsync(Customer customer, StoreView store)
    {
        if (customer.Wish.Method == HttpMethod.Delete)
            return;
        var state = store.Operations.GetValueOrDefault(customer.Token);
        if (customer.Status == 200)
            state.ShouldBe("committed");
        if (state is null)
            customer.Sent.ShouldBe(0UL);
        if (customer.Status is { } status and not 200
            && customer.Answer.ValueKind == JsonValueKind.Object
            && customer.Answer.TryGetProperty("moneyMoved", out var moved) && moved.ValueKind == JsonValueKind.String)
            moved.GetString().ShouldBe($"{customer.Sent}", $"what a {status} says");
        var (again, answer) = await customer.RepeatAsync();
        if (state == "committed")
        {
            again.ShouldBe(200, answer.ToString());
            if (customer.Status == 200)
                answer.ToString().ShouldBe(customer.Answer.ToString());
        }
        else
            again.ShouldNotBe(200, answer.ToString());
    }

    private async Task PodsShouldBeRightAsync(StoreView store)
    {
        foreach (var pod in store.Pods.Values.Where(pod => !pod.IsPaused))
        {
            await EventuallyAsync(async () =>
            {
                var isOver = StoreView.Read(Store).Pods.GetValueOrDefault(pod.Hash) is null or { IsPaused: true }
                    || pod.ExpiresAt < DateTimeOffset.UtcNow.AddSeconds(2);
                if (!isOver)
                    await Host.Http.GetStringAsync(new Uri($"http://{pod.Hash}.localhost:{Host.Settings.Port}/"));
            });
        }

        // A pod has a sandbox and a container.
        await EventuallyAsync(async () =>
        {
            var pods = StoreView.Read(Store).Pods.Count;
            var there = await Host.LeftoversAsync();
            (there.Directories - _nothing.Directories).ShouldBe(pods, there.ToString());
            (there.Containers - _nothing.Containers).ShouldBe(2 * pods, there.ToString());
            (there.NetworkNamespaces - _nothing.NetworkNamespaces).ShouldBe(pods, there.ToString());
            (there.Addresses - _nothing.Addresses).ShouldBe(pods, there.ToString());
        });
    }

    private long _forgottenBack;

    // Those whose pods are gone are no longer asked; what they sent and got was right when they left.
    private async Task ForgetAsync()
    {
        var books = await Books.ReadAsync(Store);
        _forgottenBack = books.Returned;
        while (_customers.TryDequeue(out var customer))
            await customer.DisposeAsync();
    }

    private static async Task EventuallyAsync(Func<Task> holds)
    {
        Exception? last = null;
        try
        {
            await Deadline.UntilAsync(
                async () =>
                {
                    last = await Xunit.Record.ExceptionAsync(holds);
                    return last is null;
                },
                "what must be true",
                TimeSpan.FromSeconds(40));
        }
        catch (TimeoutException) when (last is not null)
        {
            throw new ShouldAssertException(last.Message, last);
        }
    }
}
