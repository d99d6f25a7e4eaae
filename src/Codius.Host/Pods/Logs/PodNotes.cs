using System.Collections.Concurrent;
using Codius.Core.Manifests;
using Codius.Core.Pods;

namespace Codius.Host.Pods.Logs;

/// <summary>
/// What the host has to say to the readers of a pod's logs: that its time is nearly over, that a container was started
/// again. They stand among the pod's lines under a name that no container can have, and last as long as this process.
/// </summary>
internal sealed class PodNotes(TimeProvider time)
{
    /// <summary>A container's name does not begin with a dot.</summary>
    public const string Writer = ".host";

    private const int MostKept = 100;
    private readonly ConcurrentDictionary<ManifestHash, Notes> _notes = new();

    public void Add(ManifestHash manifest, string text) => Find(manifest).Add(time.GetUtcNow(), text);

    /// <summary>The last ones, oldest first.</summary>
    public IReadOnlyList<LogLine> Of(ManifestHash manifest) =>
        _notes.TryGetValue(manifest, out var notes) ? notes.Lines() : [];

    /// <summary>Passes on what is added from now on, until disposed. The reader must not take long.</summary>
    public IDisposable Watch(ManifestHash manifest, Action<LogLine> reader) => Find(manifest).Watch(reader);

    /// <summary>The pod is gone; the next one of the same manifest has notes of its own.</summary>
    public void Forget(ManifestHash manifest) => _notes.TryRemove(manifest, out _);

    private Notes Find(ManifestHash manifest) => _notes.GetOrAdd(manifest, _ => new Notes());

    private sealed class Notes
    {
        private readonly Lock _lock = new();
        private readonly Queue<LogLine> _lines = new();
        private readonly List<Action<LogLine>> _readers = [];
        private long _count;

        public void Add(DateTimeOffset at, string text)
        {
            lock (_lock)
            {
                var line = new LogLine(Writer, LogStream.Stderr, at, text, ++_count);
                _lines.Enqueue(line);
                if (_lines.Count > MostKept)
                    _lines.Dequeue();
                foreach (var reader in _readers)
                    reader(line);
            }
        }

        public IReadOnlyList<LogLine> Lines()
        {
            lock (_lock)
                return [.. _lines];
        }

        public IDisposable Watch(Action<LogLine> reader)
        {
            lock (_lock)
                _readers.Add(reader);
            return new Registration(this, reader);
        }

        private sealed class Registration(Notes notes, Action<LogLine> reader) : IDisposable
        {
            public void Dispose()
            {
                lock (notes._lock)
                    notes._readers.Remove(reader);
            }
        }
    }
}
