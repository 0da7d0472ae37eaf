using System.Diagnostics;
using Microsoft.Extensions.Caching.Memory;

namespace Cano;

/// <summary>
/// The statistics of batches, as this silo has added them up from their partitions. Those of a finished batch are kept for a while; of one that runs they are made anew when they are
/// asked for and have become old, which is later the longer it takes: however many look on, and however large the batch is, little of the silo's time goes into it.
/// </summary>
internal sealed class StatisticsReader(IGrainFactory grains) : IDisposable
{
    /// <summary>About so many instances are in the sample.</summary>
    internal const int SampleSize = 2_000;

    /// <summary>The share of its time, as one over this, that a silo spends on the statistics of a batch that somebody watches.</summary>
    private const int Rest = 20;

    private static readonly TimeSpan s_shortestAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 100 });

    /// <summary>What came of a batch's instances so far.</summary>
    /// <param name="view">A view of the batch.</param>
    /// <param name="cancellationToken">Ends the waiting, not the adding up.</param>
    internal Task<BatchStatistics> GetAsync(BatchView view, CancellationToken cancellationToken) => EntryOf(view).Statistics.WaitAsync(cancellationToken);

    public void Dispose() => _known.Dispose();

    /// <summary>Which share of a batch is in the sample.</summary>
    internal static double SampleShare(int total) => Math.Min(1, (double)SampleSize / total);

    private Entry EntryOf(BatchView view)
    {
        lock (_known)
        {
            if (_known.TryGetValue(view.Status.Id, out Entry? entry) && !entry!.IsOld(view))
            {
                return entry;
            }

            return _known.Set(view.Status.Id, new Entry(view, AddUpAsync), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = s_kept });
        }
    }

    private async Task<BatchStatistics> AddUpAsync(BatchView view)
    {
        double share = SampleShare(view.Status.Total);
        StatisticsBuilder sum = new(share);
        await foreach (BatchStatistics part in new BatchClient(grains).Open(view.Status.Id).ReadStatisticsAsync(view, share))
        {
            sum.Add(part);
        }

        return sum.Build();
    }

    private sealed class Entry
    {
        private readonly BatchView _view;
        private readonly long _begun = Stopwatch.GetTimestamp();
        private long _ended;

        internal Entry(BatchView view, Func<BatchView, Task<BatchStatistics>> addUp)
        {
            _view = view;
            Statistics = ReadAsync(addUp);
        }

        internal Task<BatchStatistics> Statistics { get; }

        internal bool IsOld(BatchView view)
        {
            if (!Statistics.IsCompleted || (Statistics.IsCompletedSuccessfully && view.Version == _view.Version && view.Digest == _view.Digest))
            {
                return false;
            }

            TimeSpan age = Stopwatch.GetElapsedTime(_ended);
            return Statistics.IsFaulted || (age > s_shortestAge && (age > Rest * Stopwatch.GetElapsedTime(_begun, _ended) || view.Status.Phase is BatchPhase.Finished));
        }

        private async Task<BatchStatistics> ReadAsync(Func<BatchView, Task<BatchStatistics>> addUp)
        {
            try
            {
                return await addUp(_view);
            }
            finally
            {
                _ended = Stopwatch.GetTimestamp();
            }
        }
    }
}
