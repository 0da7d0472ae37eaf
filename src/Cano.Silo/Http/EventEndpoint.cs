using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc;

namespace Cano;

/// <summary>What happens to a batch, as server-sent events.</summary>
internal static class EventEndpoint
{
    /// <summary>At most five events a second.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    internal static void MapEvents(this IEndpointRouteBuilder api) => api.MapGet("/batches/{id}/events", FollowAsync)
        .RequireAuthorization(Roles.Reader)
        .RequireRateLimiting(ApiLimits.Streams)
        .WithName("followBatch")
        .WithSummary("Follows a batch by server-sent events")
        .WithDescription(
            "`progress`: a status, at most five a second, and now and then though nothing has changed; then `finished`: the last status, after which the stream ends. "
            + "Each event has an id; with the last one seen as Last-Event-ID a new stream begins with what has changed since; if that was the end, the answer is 204.")
        .Produces<BatchStatus>(200, "text/event-stream")
        .Produces(204)
        .Problems(404, 410);

    private static async Task<IResult> FollowAsync(
        string id, IGrainFactory grains, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, HttpContext http, ShutdownDelay shutdown, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);

        // Asked before anything is sent: a batch that is not there is told as a problem.
        BatchView view = await run.GetViewAsync(cancellationToken);
        long seen = long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : -1;
        if (view.Status.Phase is BatchPhase.Finished && view.Version == seen)
        {
            // All was told. A browser that asked again by itself, because the stream had ended, takes this for a word to leave it.
            return TypedResults.NoContent();
        }

        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(EventsAsync(run, view, seen, shutdown.Over, cancellationToken));
    }

    /// <summary>
    /// The events of a stream. It also ends, in good order, when the host stops: HTTP stops before the silo and waits for its requests, so
    /// that a stream which went on would take the time in which the silo hands its work over. Who follows asks another silo for what is
    /// next.
    /// </summary>
    private static async IAsyncEnumerable<SseItem<BatchStatus>> EventsAsync(
        BatchRun run, BatchView view, long seen, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        bool tell = view.Version != seen;
        for (long after = view.Version; view.Status.Phase is not BatchPhase.Finished;)
        {
            if (tell)
            {
                yield return Event("progress", view);
            }

            // Answers after some ten seconds in any case; then what holds is told again, which keeps the connection alive. An activation
            // that knows less than was told is waited for.
            if (await NextAsync(run, after, tell ? s_pause : TimeSpan.Zero, stopping, end.Token) is not { } next)
            {
                yield break;
            }

            bool silence = next.Version == after;
            bool news = BatchRun.IsNews(next, view);
            view = news || next.Version == view.Version ? next : view;
            after = next.Version;
            tell = news || silence;
        }

        yield return Event("finished", view);
    }

    /// <summary>What holds after a version, once a pause is over.</summary>
    /// <returns>Null: the host stops.</returns>
    private static async Task<BatchView?> NextAsync(BatchRun run, long after, TimeSpan pause, CancellationToken stopping, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            return await run.GetViewAsync(after, cancellationToken);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private static SseItem<BatchStatus> Event(string type, BatchView view) =>
        new(view.Status, type) { EventId = view.Version.ToString(CultureInfo.InvariantCulture) };
}
