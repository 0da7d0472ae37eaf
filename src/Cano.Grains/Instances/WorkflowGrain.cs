using System.Runtime.CompilerServices;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Cano;

/// <summary>Runs one instance off its own scheduler, so that it hears a cancel and answers "still running" whatever the nodes do.</summary>
[PreferLocalPlacement]
internal sealed class WorkflowGrain : Grain, IWorkflowGrain, ILeaving
{
    /// <summary>No outcome: it still runs, or it was cancelled or handed over, and whoever asks again gets a new activation.</summary>
    private static readonly InstanceReply s_askAgain = new(null, Checkpointed: false);

    /// <summary>How long an activation that must go waits for the run that it has cancelled.</summary>
    private static readonly TimeSpan s_handOver = TimeSpan.FromSeconds(5);

    private readonly InstanceRunner _runner;

    /// <summary>What whoever asks is told: the outcome, or to ask again because this activation must go.</summary>
    private readonly TaskCompletionSource<InstanceReply> _answer = new();
    private Task? _run;
    private RunControl? _control;
    private Task? _handOver;
    private CheckpointRow? _checkpoints;
    private string? _key;
    private bool _leaving;

    /// <summary>Made for each instance, so it asks for one service only.</summary>
    public WorkflowGrain(InstanceRunner runner) => _runner = runner;

    /// <inheritdoc/>
    public bool HoldsCalls => !_answer.Task.IsCompleted;

    public async Task<InstanceReply> RunAsync(InstanceRun run)
    {
        if (_leaving)
        {
            DeactivateOnIdle();
            return s_askAgain;
        }

        // On a silo that stops nothing is begun: whoever asks waits until this activation goes, and the next one comes up elsewhere.
        if (_run is null && !_runner.IsClosed)
        {
            _run = RunToEndAsync(run);
        }

        if (!_answer.Task.IsCompleted)
        {
            await EndOf(_answer.Task, NewsBoard.Longest);
        }

        if (!_answer.Task.IsCompleted)
        {
            if (_run is { IsCompleted: true })
            {
                // Its batch has stopped, and no cancel has come: the activation need not stay for it.
                DeactivateOnIdle();
            }

            return s_askAgain;
        }

        // Answered: the partition keeps the outcome. If the reply is lost it asks again, and the instance runs again, from its checkpoint
        // if it has one.
        DeactivateOnIdle();
        return await _answer.Task;
    }

    public Task CancelAsync()
    {
        if (!_leaving)
        {
            if (_run is { IsCompleted: false })
            {
                _runner.GiveUp(_control!);
            }

            StopRun();
            DeactivateOnIdle();
        }

        return Task.CompletedTask;
    }

    public async Task ForgetAsync()
    {
        await Checkpoints.ReadAsync();
        await Checkpoints.ClearAsync();
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public void MustLeave() => _handOver ??= HandOverAsync();

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        MustLeave();
        await EndOf(_handOver!, Timeout.InfiniteTimeSpan, cancellationToken);
    }

    private string Key => _key ??= this.GetPrimaryKeyString();

    private CheckpointRow Checkpoints => _checkpoints ??= _runner.CheckpointsOf(Key);

    private async Task RunToEndAsync(InstanceRun run)
    {
        // Where the call was sent must not follow the node's own calls.
        RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        RunControl control = _control = _runner.Begin(Key, run);
        try
        {
            control.ThrowIfOver();
            Checkpoint? resume = run.MayHaveCheckpoint ? await Checkpoints.ReadAsync() : null;
            InstanceOutcome outcome = await _runner.RunAsync(run, resume, Checkpoints, control);
            _answer.TrySetResult(new(outcome, Checkpoints.Exists));
        }
        catch (OperationCanceledException exception) when (_leaving || exception is HandedOverException)
        {
            _answer.TrySetResult(s_askAgain);
        }
        catch (OperationCanceledException exception) when (control.IsStopped || exception is RunStoppedException)
        {
            // No outcome and no failure: both would be dropped. The call waits until the partition has heard of the stop and drops it: "ask
            // again" would make the
            // partition ask at once, again and again.
        }
        catch (Exception exception)
        {
            _answer.TrySetException(exception);
        }
        finally
        {
            _runner.End(control);
        }
    }

    /// <summary>
    /// An activation that must go while its instance still runs has it stop at its next transition, with its progress saved; a node that
    /// takes longer than the grace is cancelled. So the next activation never runs beside this one, unless a node ignores its token. A run
    /// that was stopped is not waited for.
    /// </summary>
    private async Task HandOverAsync()
    {
        if (_run is { IsCompleted: false } run && _control is { IsStopped: false })
        {
            Checkpoints.HandOver();
            await EndOf(run, _runner.Grace);
            if (!run.IsCompleted)
            {
                StopRun();
                await EndOf(run, s_handOver);
            }
        }

        _leaving = true;
        _answer.TrySetResult(s_askAgain);
    }

    /// <summary>To be awaited: until a task has ended, however, or the time is over; goes on where it was called.</summary>
    private static ConfiguredTaskAwaitable EndOf(Task task, TimeSpan longest, CancellationToken cancellationToken = default) =>
        task.WaitAsync(longest, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>
    /// Stops the run, if it still is one. What nodes registered to be called back runs on threads of its own, and what it throws is its own
    /// affair.
    /// </summary>
    private void StopRun()
    {
        if (_leaving)
        {
            return;
        }

        _leaving = true;
        if (_run is { IsCompleted: false })
        {
            _runner.Stop(_control!);
        }

        _answer.TrySetResult(s_askAgain);
    }
}
