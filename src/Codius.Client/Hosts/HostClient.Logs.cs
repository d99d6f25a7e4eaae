using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Codius.Core.Manifests;

namespace Codius.Client.Hosts;

public sealed partial class HostClient
{
    private const int MaxLogLine = 64 * 1024;

    /// <summary>
    /// What a pod's containers wrote, for whoever has its capability, or for all if its uploader made that public; with
    /// <see cref="LogWish.Follow"/> also what they are going to write, until cancelled or the host ends it. An error is
    /// the last element.
    /// </summary>
    public async IAsyncEnumerable<HostResult<HostLogLine>> ReadLogsAsync(
        ManifestHash hash, LogWish wish, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = _channel.NewRequest(HttpMethod.Get, $"/pods/{hash}/logs{wish.ToQuery()}");
        Authorize(request);
        var (response, error) = await OpenLogsAsync(request, cancellationToken);
        using (response)
        {
            if (error is not null)
            {
                yield return error;
                yield break;
            }

            var reader = PipeReader.Create(await response!.Content.ReadAsStreamAsync(cancellationToken));
            while (true)
            {
                var (line, broken) = await ReadLineAsync(reader, cancellationToken);
                if (broken is not null)
                    yield return broken;
                if (line is null)
                    yield break;
                if (Parse(line, wish.Timestamps) is { } parsed)
                    yield return parsed;
            }
        }
    }

    private async Task<(HttpResponseMessage? Response, HostError? Error)> OpenLogsAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var deadline = new CancellationTokenSource(_options.QuickTimeout, _time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            if (response.IsSuccessStatusCode)
                return (response, null);
            await response.Content.LoadIntoBufferAsync(MaxLogLine, stop.Token);
            var body = await response.Content.ReadAsByteArrayAsync(stop.Token);
            return (response, HostChannel.ToError(new HostReply((int)response.StatusCode, body)));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (response, _channel.Unreachable(e));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (response, new HostError(HostErrorKind.TimedOut, $"{Host.Authority} does not answer"));
        }
    }

    private async Task<(string? Line, HostError? Error)> ReadLineAsync(
        PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = Encoding.UTF8.GetString(read.Buffer.Slice(0, end));
                    reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return (line, null);
                }

                if (read.IsCompleted)
                    return (null, null);
                if (read.Buffer.Length > MaxLogLine)
                    return (null, NotAHost());
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, _channel.Unreachable(e));
        }
    }

    /// <summary>
    /// <c>&lt;container&gt; &lt;stdout|stderr&gt; &lt;text&gt;</c>, the text after its time if that was wished for; a
    /// ping is no line.
    /// </summary>
    private static HostLogLine? Parse(string line, bool timed)
    {
        if (line.Split(' ', 3) is not [var container, ("stdout" or "stderr") and var stream, var text])
            return null;
        DateTimeOffset? at = null;
        if (timed && text.Split(' ', 2) is [var time, var rest] && DateTimeOffset.TryParse(
                time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read))
            (at, text) = (read, rest);
        return new HostLogLine(Clean(container), stream == "stderr", SafeText.Clean(text, MaxLogLine), at);
    }
}
