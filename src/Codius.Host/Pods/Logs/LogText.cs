using System.Globalization;
using System.Text;
using Codius.Core.Pods;

namespace Codius.Host.Pods.Logs;

/// <summary>A line as it is sent, made once for all who follow.</summary>
internal sealed class LogText(LogLine line)
{
    private byte[]? _plain;
    private byte[]? _timed;

    public LogLine Line => line;

    /// <summary><c>container stdout text</c>, with the time before the text if that is wanted.</summary>
    public byte[] ToBytes(bool timestamps) =>
        timestamps ? _timed ??= Format(line, timestamps) : _plain ??= Format(line, timestamps);

    private static byte[] Format(LogLine line, bool timestamps)
    {
        var text = new StringBuilder(line.Container).Append(line.Stream == LogStream.Stdout ? " stdout " : " stderr ");
        if (timestamps)
        {
            var time = line.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
            text.Append(time).Append(' ');
        }

        return Encoding.UTF8.GetBytes(text.Append(line.Text).Append('\n').ToString());
    }
}
