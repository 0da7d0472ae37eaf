namespace Cano;

/// <summary>What an object threw as it was disposed of.</summary>
/// <param name="Type">The object's type.</param>
/// <param name="Exception">What it threw.</param>
internal readonly record struct DisposalFault(Type Type, Exception Exception);

/// <summary>Disposes of objects, one after the other, whatever they throw.</summary>
internal static class Disposal
{
    /// <summary>Disposes of one object.</summary>
    /// <param name="disposable">The object.</param>
    /// <param name="faults">What others threw before; null: nothing.</param>
    /// <returns>The same, with what this one threw.</returns>
    internal static async ValueTask<List<DisposalFault>?> OfAsync(object disposable, List<DisposalFault>? faults)
    {
        try
        {
            if (disposable is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                ((IDisposable)disposable).Dispose();
            }
        }
        catch (Exception exception)
        {
            (faults ??= []).Add(new(disposable.GetType(), exception));
        }

        return faults;
    }
}
