using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// Merges the partitions' results by when they became final. It reads only what a view counts, and keeps its place in each partition
/// itself, so that nothing is lost or repeated when activations move. Holds at most one page of each partition.
/// </summary>
internal sealed class ResultMerge(PartitionPages pages, int partitions)
{
    private const int MaxPage = 512;
    private const int MinPage = 16;
    private const int AllPages = 4096;

    private readonly Source[] _sources = [.. Enumerable.Range(0, partitions).Select(p => new Source(p))];
    private readonly int _page = Math.Clamp(AllPages / Math.Max(partitions, 1), MinPage, MaxPage);

    /// <summary>The results that this view counts and no earlier one did.</summary>
    /// <remarks>
    /// Cancelled ones are held back until the batch is finished, when those of all partitions are there: then they follow all others.
    /// </remarks>
    internal async IAsyncEnumerable<InstanceResult> ReadAsync(BatchView view, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool finished = view.Status.Phase is BatchPhase.Finished;
        await Parallel.ForEachAsync(
            _sources.Where(s => s.NeedsPage(view.Final[s.Partition])),
            new ParallelOptions { MaxDegreeOfParallelism = PartitionPages.PartitionsAtOnce, CancellationToken = cancellationToken },
            async (source, token) => await source.FillAsync(pages, view.Final[source.Partition], _page, token).ConfigureAwait(false)).ConfigureAwait(false);

        PriorityQueue<Source, (bool Cancelled, DateTimeOffset FinalAt, int Partition)> heads = new();
        foreach (Source source in _sources)
        {
            Offer(source);
        }

        while (heads.TryDequeue(out Source? source, out _))
        {
            yield return source.Take();
            if (source.NeedsPage(view.Final[source.Partition]))
            {
                await source.FillAsync(pages, view.Final[source.Partition], _page, cancellationToken).ConfigureAwait(false);
            }

            Offer(source);
        }

        void Offer(Source source)
        {
            if (source.Head is { } head && (finished || head.Outcome is not WorkflowOutcome.Cancelled))
            {
                heads.Enqueue(source, (head.Outcome is WorkflowOutcome.Cancelled, head.FinalAt, source.Partition));
            }
        }
    }

    /// <summary>One partition: how far it has been read, and what was read and not yet handed on.</summary>
    private sealed class Source(int partition)
    {
        private InstanceResult[] _page = [];
        private int _at;
        private int _next;

        internal int Partition { get; } = partition;

        internal InstanceResult? Head => _at < _page.Length ? _page[_at] : null;

        internal bool NeedsPage(int final) => _at == _page.Length && _next < final;

        internal async Task FillAsync(PartitionPages pages, int final, int count, CancellationToken cancellationToken)
        {
            _page = await pages.ReadAsFinalAsync(Partition, _next, Math.Min(count, final - _next), cancellationToken).ConfigureAwait(false);
            _at = 0;
            _next += _page.Length;
        }

        internal InstanceResult Take()
        {
            InstanceResult taken = _page[_at];
            _page[_at++] = null!;
            return taken;
        }
    }
}
