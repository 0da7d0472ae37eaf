using Cano;

namespace TextStatistics;

/// <summary>One batch: an instance for each file of a folder.</summary>
internal sealed class StatisticsRun(TextFolder folder, ConcurrentTimeout strategy, string dataFolder)
{
    private const int ShownFailures = 10;

    /// <summary>Counts the files and prints what came of it.</summary>
    /// <param name="interrupted">Cancels the batch; what was counted until then is printed all the same.</param>
    /// <returns>The exit code.</returns>
    internal async Task<int> CountAsync(CancellationToken interrupted)
    {
        // An instance's id is short and plain, which a path need not be.
        Dictionary<string, TextFile> filesById = folder.Find().Index().ToDictionary(file => $"file-{file.Index + 1}", file => file.Item);
        if (filesById.Count == 0)
        {
            await Console.Out.WriteLineAsync($"There are no files under {folder.FullPath}.");
            return 0;
        }

        #region a batch
        ConcurrentWorkflow<TextState> batch = new ConcurrentWorkflowBuilder<TextState>(strategy)
            .AddInstances(filesById.Select(file => new ConcurrentWorkflowInstance<TextState, TextFile>(file.Key, TextWorkflow.Key, file.Value)))
            .WithMaxConcurrency(Environment.ProcessorCount * 4)
            .Build();

        await using EmbeddedCano cano = await CanoHost.StartEmbeddedAsync(
            new CanoHostOptions { DataFolder = dataFolder }, cano => cano.AddTextStatistics(), interrupted);
        ConcurrentWorkflowRun<TextState> run = await batch.StartAsync(cano.Client, cancellationToken: interrupted);
        #endregion

        Task<BatchStatus> finishing = ProgressLine.FollowAsync(run);
        StatisticsTotals totals = await ReadOrCancelAsync(run, interrupted);
        BatchStatus finished = await finishing;
        StatisticsReport.Write(Console.Out, folder.FullPath, totals, finished, dataFolder);
        foreach (WorkflowResult<TextState> failed in totals.Failed.Take(ShownFailures))
        {
            await Console.Error.WriteLineAsync($"{filesById[failed.Id].Path}: {failed.Error?.Message}");
        }

        return finished switch
        {
            { StopReason: StopReason.Cancelled } => ExitCodes.Interrupted,
            { Failed: > 0 } => ExitCodes.Failed,
            _ => ExitCodes.Done,
        };
    }

    private static async Task<StatisticsTotals> ReadOrCancelAsync(ConcurrentWorkflowRun<TextState> run, CancellationToken interrupted)
    {
        try
        {
            return await ReadAsync(run, interrupted);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            // The token has ended our reading, no more: the batch is cancelled by a call, and its results are all there to be read from the start.
            await run.CancelAsync(CancellationToken.None);
            return await ReadAsync(run, CancellationToken.None);
        }
    }

    #region the results
    private static async Task<StatisticsTotals> ReadAsync(ConcurrentWorkflowRun<TextState> run, CancellationToken cancellationToken)
    {
        StatisticsTotals totals = new();
        await foreach (WorkflowResult<TextState> result in run.StreamResultsAsync(cancellationToken))
        {
            totals.Add(result);
        }

        return totals;
    }
    #endregion
}
