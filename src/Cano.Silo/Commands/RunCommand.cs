namespace Cano;

/// <summary><c>run FILE</c>: one batch in an embedded silo, and whatever an earlier process left unfinished.</summary>
internal sealed class RunCommand(string file, bool json, CanoHostOptions options, Action<CanoBuilder>? configure)
{
    private readonly RunConsole _console = new();

    internal async Task<int> RunAsync()
    {
        PreparedBatch batch = await BatchFile.ReadAsync(file);
        using Interruption interruption = new();
        try
        {
            await using EmbeddedCano cano = await CanoHost.StartEmbeddedAsync(options, configure, interruption.Requested);
            BatchClient client = new(cano.Client);
            BatchStatus started = await StartAsync(client, batch, cano.Services.GetRequiredService<IParamsCheck>(), interruption.Requested);
            IReadOnlyList<BatchEntry> unfinished = await cano.Services.GetRequiredService<IBatchCatalog>().GetUnfinishedAsync();
            BatchView finished = await FinishAsync(client.Open(batch.Id), started, interruption.Requested);
            await PrintAsync(client.Open(batch.Id), finished);
            if (cano.IsAlone)
            {
                await new LeftBatches(client, cano.Services, _console).FinishAsync(unfinished.Where(entry => entry.Status.Id != batch.Id), interruption.Requested);
            }

            return interruption.Requested.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Of(finished.Status);
        }
        catch (OperationCanceledException) when (interruption.Requested.IsCancellationRequested)
        {
            _console.Say("Interrupted before the batch was started.");
            return ExitCodes.Interrupted;
        }
    }

    private async Task<BatchStatus> StartAsync(BatchClient client, PreparedBatch batch, IParamsCheck check, CancellationToken interrupted)
    {
        BatchStart start = client.Begin(batch);
        try
        {
            await BatchParams.RequireFitAsync(batch, check, client, interrupted);
            return await start.RunAsync(interrupted);
        }
        catch (OperationCanceledException) when (start.MayExist)
        {
            // It is to be cancelled and to have results, which takes a start that is known to be made.
            return await start.RunAsync(CancellationToken.None);
        }
        catch (CanoException exception)
        {
            throw BatchFile.Refused(file, exception);
        }
    }

    /// <summary>
    /// Waits for the last outcome, showing how far it is; a signal cancels the batch, whose end is waited for all the same.
    /// </summary>
    private async Task<BatchView> FinishAsync(BatchRun run, BatchStatus started, CancellationToken interrupted)
    {
        await using IRunProgress progress = _console.Show(started);
        using CancellationTokenSource watched = new();
        Task rehearsal = json ? Task.Run(() => ResultsDocument.RehearseAsync(started), CancellationToken.None) : Task.CompletedTask;
        Task cancelling = CancelWhenAsync(run, interrupted, watched.Token);
        BatchView? last = null;
        await foreach (BatchView view in run.WatchAsync(CancellationToken.None))
        {
            last = view;
            progress.Update(view.Status);
        }

        await watched.CancelAsync();
        await cancelling;
        await rehearsal;
        return last!;
    }

    private async Task CancelWhenAsync(BatchRun run, CancellationToken interrupted, CancellationToken finished)
    {
        TaskCompletionSource signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration onInterrupted = interrupted.Register(() => signal.TrySetResult());
        await using CancellationTokenRegistration onFinished = finished.Register(() => signal.TrySetCanceled(finished));
        await signal.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (signal.Task.IsCompletedSuccessfully)
        {
            _console.Say($"Cancelling batch {run.Id}; once more leaves at once.");
            await run.CancelAsync(CancellationToken.None);
        }
    }

    private async Task PrintAsync(BatchRun run, BatchView finished)
    {
        if (json)
        {
            await using Stream output = Console.OpenStandardOutput();
            await ResultsDocument.WriteAsync(output, finished.Status, ResultsDocument.ReadAsync(run, finished));
        }
        else
        {
            await _console.SummarizeAsync(finished.Status, ResultsDocument.ReadAsync(run, finished));
        }
    }
}
