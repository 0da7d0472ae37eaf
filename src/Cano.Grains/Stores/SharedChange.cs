namespace Cano;

/// <summary>A change of a shared store that waits to be carried out and written.</summary>
internal abstract class SharedChange
{
    /// <summary>Carries it out.</summary>
    internal abstract void Apply(SharedStoreValues values);

    /// <summary>It is durable, or was refused.</summary>
    internal abstract void Complete();

    /// <summary>It was not written, or that is not known.</summary>
    internal abstract void Fail(Exception exception);
}

/// <summary>A change with its answer.</summary>
/// <param name="change">What carries it out; what it throws has changed nothing.</param>
internal sealed class SharedChange<T>(Func<SharedStoreValues, T> change) : SharedChange
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _refusal;
    private T? _made;

    internal Task<T> Answer => _answer.Task;

    internal override void Apply(SharedStoreValues values)
    {
        try
        {
            _made = change(values);
        }
        catch (Exception exception)
        {
            _refusal = exception;
        }
    }

    internal override void Complete()
    {
        if (_refusal is null)
        {
            _answer.TrySetResult(_made!);
        }
        else
        {
            _answer.TrySetException(_refusal);
        }
    }

    internal override void Fail(Exception exception) => _answer.TrySetException(_refusal ?? exception);
}
