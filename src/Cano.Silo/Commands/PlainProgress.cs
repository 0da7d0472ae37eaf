namespace Cano;

/// <summary>Progress for a log: a line when something changed, at most one a second, and at least one every ten seconds.</summary>
internal sealed class PlainProgress : IRunProgress
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromSeconds(10);

    private readonly TextWriter _output;
    private readonly RunPace _pace;
    private readonly PeriodicTimer _timer;
    private readonly Task _lines;
    private volatile BatchStatus _status;

    internal PlainProgress(TextWriter output, BatchStatus start, TimeProvider timeProvider)
    {
        _output = output;
        _status = start;
        _pace = new(start, timeProvider);
        _timer = new(s_pause, timeProvider);
        _lines = WriteLinesAsync();
    }

    public void Update(BatchStatus status) => _status = status;

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _lines;
    }

    private async Task WriteLinesAsync()
    {
        BatchStatus written = _status;
        TimeSpan writtenAt = TimeSpan.Zero;
        while (await _timer.WaitForNextTickAsync())
        {
            BatchStatus status = _status;
            if (!SameCounts(status, written) || _pace.Elapsed - writtenAt >= s_longestSilence)
            {
                await _output.WriteLineAsync($"{RunText.Time(_pace.Elapsed)} {_pace.Describe(status)}");
                (written, writtenAt) = (status, _pace.Elapsed);
            }
        }

        await _output.WriteLineAsync($"{RunText.Time(_pace.Elapsed)} {RunText.Counts(_status)}: {RunText.Strategy(_status.StopReason)}");
    }

    private static bool SameCounts(BatchStatus a, BatchStatus b) => RunText.Final(a) == RunText.Final(b) && a.Running == b.Running && a.Phase == b.Phase;
}
