namespace Cano;

/// <summary>Batches that an earlier process left unfinished: recovery drives them, this waits for their ends.</summary>
internal sealed class LeftBatches(BatchClient client, IServiceProvider services, RunConsole console)
{
    /// <summary>
    /// Waits for the batches that can be finished here. A signal ends the waiting and leaves them as they are: durable, to be finished
    /// another time.
    /// </summary>
    internal async Task FinishAsync(IEnumerable<BatchEntry> left, CancellationToken interrupted)
    {
        WorkflowRegistry workflows = services.GetRequiredService<WorkflowRegistry>();
        foreach (BatchEntry entry in left.DistinctBy(entry => entry.Status.Id))
        {
            string id = entry.Status.Id;
            string[] unknown = [.. entry.Workflows.Where(name => !workflows.TryGet(name, out _))];
            if (unknown.Length > 0)
            {
                console.Say($"Batch {id} of an earlier process is left unfinished: no workflow {string.Join(", ", unknown)} is registered here.");
                continue;
            }

            await FinishAsync(id, interrupted);
        }
    }

    private async Task FinishAsync(string id, CancellationToken interrupted)
    {
        try
        {
            BatchRun run = client.Open(id);
            BatchStatus status = await run.GetStatusAsync(interrupted);
            if (status.Phase is not BatchPhase.Finished)
            {
                console.Say($"Finishing batch {id}, which an earlier process left unfinished.");
                status = (await run.WaitAsync(interrupted)).Status;
            }

            console.Say($"Finished batch {id} of an earlier process: {RunText.Counts(status)}.");
        }
        catch (Exception exception) when (exception is BatchNotFoundException or BatchPurgedException)
        {
            // Its start was broken off before the batch came to be, or it is only its purge that was left unfinished.
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            console.Say($"Batch {id} of an earlier process is left unfinished.");
        }
    }
}
