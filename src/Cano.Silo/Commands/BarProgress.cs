using Spectre.Console;

namespace Cano;

/// <summary>Progress for a terminal: a bar with counts, rate and time left.</summary>
internal sealed class BarProgress : IRunProgress
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunPace _pace;
    private readonly TimeProvider _timeProvider;
    private readonly Task _bar;
    private volatile BatchStatus _status;

    internal BarProgress(IAnsiConsole console, BatchStatus start, TimeProvider timeProvider)
    {
        _status = start;
        _timeProvider = timeProvider;
        _pace = new(start, timeProvider);
        _bar = console.Progress()
            .AutoClear(false)
            .HideCompleted(false)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(ShowAsync);
    }

    public void Update(BatchStatus status) => _status = status;

    public async ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        await _bar;
    }

    private async Task ShowAsync(ProgressContext context)
    {
        ProgressTask task = context.AddTask(Markup.Escape(_pace.Describe(_status)), maxValue: Math.Max(_status.Total, 1));
        while (!_ended.Task.IsCompleted)
        {
            Show(task, _pace.Describe(_status));
            await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromMilliseconds(100), _timeProvider));
        }

        Show(task, $"{RunText.Counts(_status)}: {RunText.Strategy(_status.StopReason)}");
        task.StopTask();
    }

    private void Show(ProgressTask task, string text)
    {
        task.Value = RunText.Final(_status);
        task.Description = Markup.Escape(text);
    }
}
