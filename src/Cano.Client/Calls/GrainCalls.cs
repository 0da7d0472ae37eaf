using System.Runtime.CompilerServices;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using Polly;
using Polly.Retry;

namespace Cano;

/// <summary>
/// Calls to Cano's grains, made again when the cluster could not answer: every one of them is idempotent, so an unknown outcome is found
/// out by asking again. What a grain says (any <see cref="CanoException"/>) is never asked again, but that its storage is out of reach at
/// the moment.
/// </summary>
internal sealed class GrainCalls
{
    /// <summary>
    /// From its first try on, a call is made again for so long: this bridges the loss of a silo, or a short restart of silos or database.
    /// By time, since a call that is refused takes none; and <see cref="MinTries"/> times in any case, since one without an answer takes
    /// up to half a minute, and a few may be lost in a row.
    /// </summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    internal const int MinTries = 6;

    private static readonly ResiliencePropertyKey<long> s_begun = new(nameof(s_begun));

    /// <summary>One for each grain factory: a pipeline takes longer to build than most calls to make.</summary>
    private static readonly ConditionalWeakTable<IGrainFactory, GrainCalls> s_byFactory = [];

    private readonly TimeProvider _time;
    private readonly CancellationToken _hostStopped;
    private readonly ResiliencePipeline _pipeline;

    /// <param name="time">Times the pauses.</param>
    /// <param name="hostStopped">Ends every call: no answer can come any more.</param>
    internal GrainCalls(TimeProvider time, CancellationToken hostStopped = default)
    {
        _time = time;
        _hostStopped = hostStopped;
        // Many short delays rather than a few long ones: where silos come and go, each of a few calls might find one that is gone.
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => new ValueTask<bool>(
                    IsTransient(arguments.Outcome.Exception)
                    && (arguments.AttemptNumber + 1 < MinTries || time.GetElapsedTime(arguments.Context.Properties.GetValue(s_begun, 0)) < Patience)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                MaxDelay = TimeSpan.FromSeconds(2),
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>The calls through a grain factory, which end when the host that it belongs to has stopped.</summary>
    internal static GrainCalls Through(IGrainFactory grains) =>
        s_byFactory.GetValue(grains, static grains => new(TimeProvider.System, ClientHost.StoppedToken(grains)));

    /// <summary>
    /// Makes a call, again while the cluster does not answer. When several things end it at once, a grain's answer comes first, then the
    /// caller's token, then the host's stop.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled. It is heard at once; a call that was under way may still be
    /// carried out.</exception>
    /// <exception cref="HostStoppedException">The host that the calls are made through has stopped.</exception>
    internal async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _hostStopped);
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, end.Token);
        context.Properties.Set(s_begun, _time.GetTimestamp());
        try
        {
            return await _pipeline.ExecuteAsync(static (context, call) => TryAsync(call, context.CancellationToken), context, call).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not CanoException || IsTransient(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_hostStopped.IsCancellationRequested)
            {
                throw new HostStoppedException(exception is OperationCanceledException ? null : exception);
            }

            throw;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    internal async Task CallAsync(Func<Task> call, CancellationToken cancellationToken) =>
        await CallAsync(
            async () =>
            {
                await call().ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    internal static bool IsTransient(Exception? exception) => exception is
        TimeoutException
        or OrleansMessageRejectionException
        or ConnectionFailedException
        or GatewayTooBusyException
        or InconsistentStateException
        or SupersededException
        or ResultsBehindException
        or StorageException { Code: ErrorCodes.StorageUnavailable };

    private static async ValueTask<T> TryAsync<T>(Func<Task<T>> call, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        Task<T> reply = call();
        // What comes of a call after its caller has left is not an unobserved error.
        reply.Ignore();

        try
        {
            return await reply.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!token.IsCancellationRequested)
        {
            // Orleans broke it off by itself, as it does with a look into its directory when the silo that has the entry is gone: no
            // answer, as when the time is over.
            throw new TimeoutException("The cluster broke a call off.", exception);
        }
    }
}

/// <summary>
/// A partition answered with fewer results than its batch counts: an activation that is being superseded, or one that has not read all of
/// its rows.
/// </summary>
internal sealed class ResultsBehindException(string message) : Exception(message);
