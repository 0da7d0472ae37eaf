using Microsoft.Extensions.Caching.Memory;

namespace Cano;

/// <summary>
/// The statistics of batches, as this silo has added them up from their partitions. Those of a finished batch are kept for a while; of one
/// that runs they are made anew when they are asked for and have become old, which is later the longer it takes: however many look on, and
/// however large the batch is, little of the silo's time goes into it.
/// </summary>
internal sealed class StatisticsReader : IDisposable
{
    /// <summary>About so many instances are in the sample.</summary>
    internal const int SampleSize = 2_000;

    /// <summary>
    /// So many batches are known at once. One that comes when there are that many is added up, and kept only once another has been given
    /// up.
    /// </summary>
    private const int MaxBatches = 100;

    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = MaxBatches });
    private readonly Lock _lock = new();
    private readonly Func<BatchView, Task<BatchStatistics>> _addUp;
    private readonly TimeProvider _time;

    public StatisticsReader(IGrainFactory grains, TimeProvider time)
        : this(view => AddUpAsync(grains, view), time)
    {
    }

    internal StatisticsReader(Func<BatchView, Task<BatchStatistics>> addUp, TimeProvider time)
    {
        _addUp = addUp;
        _time = time;
    }

    /// <summary>What came of a batch's instances so far; once it has finished, of all of them.</summary>
    /// <param name="view">A view of the batch.</param>
    /// <param name="cancellationToken">Ends the waiting, not the adding up.</param>
    internal Task<BatchStatistics> GetAsync(BatchView view, CancellationToken cancellationToken) => EntryOf(view).Statistics.WaitAsync(cancellationToken);

    public void Dispose() => _known.Dispose();

    /// <summary>Which share of a batch is in the sample.</summary>
    internal static double SampleShare(int total) => Math.Min(1, (double)SampleSize / total);

    private KnownStatistics EntryOf(BatchView view)
    {
        lock (_lock)
        {
            return _known.TryGetValue(view.Status.Id, out KnownStatistics? known) && known!.Serves(view)
                ? known
                : _known.Set(view.Status.Id, new KnownStatistics(view, _addUp, _time), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = s_kept });
        }
    }

    private static async Task<BatchStatistics> AddUpAsync(IGrainFactory grains, BatchView view)
    {
        double share = SampleShare(view.Status.Total);
        StatisticsBuilder sum = new(share);
        await foreach (BatchStatistics part in new BatchClient(grains).Open(view.Status.Id).ReadStatisticsAsync(view, share))
        {
            sum.Add(part);
        }

        return sum.Build();
    }
}
