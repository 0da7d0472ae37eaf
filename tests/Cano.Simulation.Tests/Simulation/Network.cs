namespace Cano;

/// <summary>Calls to activations: they arrive in any order, some twice, some never, and so do their answers; a call without an answer times out.</summary>
internal sealed class Network(World world)
{
    internal static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    private enum Loss
    {
        None,
        Request,
        Reply,
        Repeated,
    }

    /// <summary>Calls an activation of a key.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="what">For the trace.</param>
    /// <param name="call">The call; the number says whether it is the first delivery (0) or a repeated one.</param>
    /// <param name="exclusive">True: the call does not interleave with others of its kind.</param>
    /// <param name="repeats">
    /// False: it never arrives a second time, nor at an activation that lives on beside its successor. An id is used again only after the longest time of either.
    /// </param>
    internal Task<T> CallAsync<T>(string key, string what, Func<Activation, int, Task<T>> call, bool exclusive = false, bool repeats = true)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ITimer timeout = world.Scheduler.Time.CreateTimer(
            _ => answer.TrySetException(new TimeoutException($"No answer to {what}.")), null, CallTimeout, Timeout.InfiniteTimeSpan);
        Loss loss = (Loss)world.Faults.Pick(repeats ? 3 : 2);
        if (loss != Loss.Request)
        {
            world.Scheduler.Add(what, () => Deliver(key, what, activation => call(activation, 0), exclusive, loss == Loss.Reply ? null : answer, timeout, repeats));
        }

        if (loss == Loss.Repeated)
        {
            world.Scheduler.After(
                TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(0, 40_000)),
                $"again: {what}",
                () => Deliver<T>(key, what, activation => call(activation, 1), exclusive, null, timeout, repeats));
        }

        return answer.Task;
    }

    private void Deliver<T>(string key, string what, Func<Activation, Task<T>> call, bool exclusive, TaskCompletionSource<T>? answer, ITimer timeout, bool anyActivation)
    {
        Activation target = world.Directory.Route(key, anyActivation);
        target.Turns.Run(() => _ = ServeAsync(target, what, call, exclusive, answer, timeout));
    }

    private async Task ServeAsync<T>(Activation target, string what, Func<Activation, Task<T>> call, bool exclusive, TaskCompletionSource<T>? answer, ITimer timeout)
    {
        try
        {
            T result = await target.AnswerAsync(call, exclusive);
            Answer(target, what, result, () => answer?.TrySetResult(result), answer is null, timeout);
        }
        catch (Exception exception)
        {
            Answer(target, what, exception.Message, () => answer?.TrySetException(exception), answer is null, timeout);
        }
    }

    private void Answer(Activation from, string what, object? said, Action answer, bool lost, ITimer timeout)
    {
        if (!lost)
        {
            world.Scheduler.Add(world.Scheduler.Trace is null ? "" : $"{from.Turns.Name} answers {what}: {said}", () =>
            {
                timeout.Dispose();
                answer();
            });
        }
    }
}
