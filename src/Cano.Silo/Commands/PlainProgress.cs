namespace Cano;

/// <summary>Progress for a log: a line when something changed, at most one a second, and at least one every ten seconds.</summary>
internal sealed class PlainProgress : IRunProgress
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(10);

    private readonly TextWriter _output;
    private readonly TimeProvider _timeProvider;
    private readonly RunPace _pace;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _lines;
    private volatile BatchStatus _status;

    internal PlainProgress(TextWriter output, BatchStatus start, TimeProvider timeProvider)
    {
        _output = output;
        _timeProvider = timeProvider;
        _status = start;
        _pace = new(start, timeProvider);
        _lines = WriteLinesAsync();
    }

    public void Update(BatchStatus status) => _status = status;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _lines;
        _ended.Dispose();
    }

    private async Task WriteLinesAsync()
    {
        BatchStatus written = _status;
        TimeSpan writtenAt = TimeSpan.Zero;
        using PeriodicTimer timer = new(s_pause, _timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
            {
                BatchStatus status = _status;
                if (!SameCounts(status, written) || _pace.Elapsed - writtenAt >= s_longestSilence)
                {
                    await _output.WriteLineAsync($"{RunText.Time(_pace.Elapsed)} {_pace.Describe(status)}");
                    (written, writtenAt) = (status, _pace.Elapsed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            await _output.WriteLineAsync($"{RunText.Time(_pace.Elapsed)} {RunText.Counts(_status)}: {RunText.Strategy(_status.StopReason)}");
        }
    }

    private static bool SameCounts(BatchStatus a, BatchStatus b) => RunText.Final(a) == RunText.Final(b) && a.Running == b.Running && a.Phase == b.Phase;
}
