namespace Cano;

/// <summary>One <c>UpdateAsync</c> that is under way.</summary>
/// <param name="change">Makes the new value from the present one, both as JSON; null: there is none.</param>
internal sealed class SharedUpdate(Func<byte[]?, byte[]> change) : IDisposable
{
    private readonly TaskCompletionSource _made = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What flows where the update was asked for: its function sees that, and not what flows where it runs.</summary>
    private readonly ExecutionContext? _flow = ExecutionContext.Capture();
    private volatile bool _isGivenUp;

    /// <summary>Completes when it is durable.</summary>
    internal Task Made => _made.Task;

    /// <summary>Computes the new value.</summary>
    /// <returns>Null: its function threw, which is its answer, or it was given up.</returns>
    internal byte[]? Compute(byte[]? before)
    {
        if (_isGivenUp)
        {
            return null;
        }

        try
        {
            if (_flow is null)
            {
                return change(before);
            }

            byte[]? after = null;
            ExecutionContext.Run(_flow, _ => after = change(before), null);
            return after;
        }
        catch (Exception exception)
        {
            Fail(exception);
            return null;
        }
    }

    internal void Complete() => _made.TrySetResult();

    internal void Fail(Exception exception) => _made.TrySetException(exception);

    /// <summary>Its caller has left: it is not computed again. One that was computed may still be written.</summary>
    public void Dispose()
    {
        _isGivenUp = true;
        _made.TrySetCanceled();
    }
}
