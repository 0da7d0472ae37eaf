namespace Cano;

/// <summary>The statistics of a batch as of one of its views, or the adding up of them while it is under way.</summary>
internal sealed class KnownStatistics
{
    /// <summary>The share of its time, as one over this, that a silo spends on the statistics of a batch that somebody watches.</summary>
    private const int Rest = 20;

    private static readonly TimeSpan s_shortestAge = TimeSpan.FromSeconds(1);

    private readonly BatchView _view;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private long _ended;

    internal KnownStatistics(BatchView view, Func<BatchView, Task<BatchStatistics>> addUp, TimeProvider time)
    {
        _view = view;
        _time = time;
        _begun = time.GetTimestamp();
        Statistics = AddUpAsync(addUp);
        // Whoever waited for them may have gone.
        Statistics.Ignore();
    }

    internal Task<BatchStatistics> Statistics { get; }

    /// <summary>
    /// Whether these will do for whoever has this view. What failed, what is of another batch that had the id before, and what may lack
    /// something of a batch that has finished will not.
    /// </summary>
    internal bool Serves(BatchView view)
    {
        if (view.Digest != _view.Digest || view.Status.CreatedAt != _view.Status.CreatedAt || Statistics.IsFaulted || Statistics.IsCanceled)
        {
            return false;
        }

        if (_view.Status.Phase is BatchPhase.Finished || view.Status.Phase is BatchPhase.Finished)
        {
            return _view.Status.Phase is BatchPhase.Finished;
        }

        return !Statistics.IsCompleted || view.Version == _view.Version || !IsOld();
    }

    private bool IsOld()
    {
        TimeSpan age = _time.GetElapsedTime(_ended);
        return age > s_shortestAge && age > Rest * _time.GetElapsedTime(_begun, _ended);
    }

    private async Task<BatchStatistics> AddUpAsync(Func<BatchView, Task<BatchStatistics>> addUp)
    {
        // Not on the thread of whoever asks, which has others wait meanwhile.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await addUp(_view);
        }
        finally
        {
            _ended = _time.GetTimestamp();
        }
    }
}
