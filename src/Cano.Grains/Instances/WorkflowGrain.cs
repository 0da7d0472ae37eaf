using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Storage;

namespace Cano;

/// <summary>Runs one instance off its own scheduler, so that it hears a cancel and answers "still running" whatever the nodes do.</summary>
[PreferLocalPlacement]
#pragma warning disable CA1001 // The token source has no timer and a run may outlive the activation: there is nothing to dispose of, and no safe moment to do it.
internal sealed class WorkflowGrain : Grain, IWorkflowGrain
#pragma warning restore CA1001
{
    /// <summary>No outcome: it still runs, or it was cancelled or handed over, and whoever asks again gets a new activation.</summary>
    private static readonly InstanceReply s_askAgain = new(null, Checkpointed: false);

    private readonly IGrainStorage _storage;
    private readonly InstanceRunner _runner;
    private readonly ILogger<WorkflowGrain> _logger;
    private readonly CancellationTokenSource _cancellation = new();
    private readonly TaskCompletionSource _left = new();
    private Task<InstanceOutcome>? _run;
    private CheckpointRow? _checkpoints;
    private bool _leaving;
    private bool _givenUp;

    public WorkflowGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage, InstanceRunner runner, ILogger<WorkflowGrain> logger)
    {
        _storage = storage;
        _runner = runner;
        _logger = logger;
    }

    public async Task<InstanceReply> RunAsync(InstanceRun run)
    {
        if (_leaving)
        {
            DeactivateOnIdle();
            return s_askAgain;
        }

        _checkpoints ??= new(_storage, this.GetPrimaryKeyString());
        _run ??= StartAsync(run);
        if (!_run.IsCompleted)
        {
            await WaitAsync(_run);
        }

        if (!_run.IsCompleted)
        {
            return s_askAgain;
        }

        // Answered: the partition keeps the outcome. If the reply is lost it asks again, and the instance runs again, from its checkpoint if it has one.
        DeactivateOnIdle();
        try
        {
            return new(await _run, _checkpoints.Exists);
        }
        catch (OperationCanceledException) when (_leaving)
        {
            return s_askAgain;
        }
    }

    public Task CancelAsync()
    {
        if (!_leaving)
        {
            if (_run is { IsCompleted: false } run)
            {
                _givenUp = true;
                _runner.GiveUp(run);
            }

            Signal();
            DeactivateOnIdle();
        }

        return Task.CompletedTask;
    }

    public async Task ForgetAsync()
    {
        _checkpoints ??= new(_storage, this.GetPrimaryKeyString());
        await _checkpoints.ReadAsync();
        await _checkpoints.ClearAsync();
        DeactivateOnIdle();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // An activation that must go while its instance still runs stops it, so that the next one never runs beside it; a run that was given up is waited for by nobody.
        Signal();
        if (_run is { IsCompleted: false } run && !_givenUp)
        {
            await Task.WhenAny(run, Task.Delay(Pace.HandOver, TimeProvider.System, cancellationToken));
        }
    }

    private async Task<InstanceOutcome> StartAsync(InstanceRun run)
    {
        Checkpoint? resume = run.MayHaveCheckpoint ? await _checkpoints!.ReadAsync() : null;
        return await _runner.RunAsync(this.GetPrimaryKeyString(), run, resume, _checkpoints!, _cancellation.Token);
    }

    /// <summary>Until the run has ended, this activation leaves or a bounded time is over. No timer outlives the wait: there may be tens of thousands a second.</summary>
    private async Task WaitAsync(Task run)
    {
        Task ended = Task.WhenAny(run, _left.Task);
        await ended.WaitAsync(Pace.LongestWait, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Signals the token away from this turn: what a node registered to be called back runs where nodes run, and what it throws is its own affair.</summary>
    private void Signal()
    {
        if (_leaving)
        {
            return;
        }

        _leaving = true;
        _left.TrySetResult();
        if (_run is { IsCompleted: false })
        {
            _runner.Cancel(_cancellation, exception => _logger.CancelCallbackThrew(exception, this.GetPrimaryKeyString()));
        }
    }
}
