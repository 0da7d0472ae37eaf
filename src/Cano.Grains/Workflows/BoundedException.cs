namespace Cano;

/// <summary>Stands in a log for an exception that is too large to be written there: messages may have megabytes.</summary>
internal sealed class BoundedException : Exception
{
    private readonly string _text;

    private BoundedException(Exception exception)
        : base(ErrorText.Bounded(Failure.Message(exception))) => _text = StackText.Of(exception);

    /// <summary>The exception itself where all its messages are of a usual length.</summary>
    internal static Exception Of(Exception exception) => IsSmall(exception, depth: 0) ? exception : new BoundedException(exception);

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static bool IsSmall(Exception exception, int depth) => depth < 8
        && LengthOf(exception) <= ErrorText.MaxBytes
        && Failure.InnerOf(exception).All(inner => IsSmall(inner, depth + 1));

    private static int LengthOf(Exception exception)
    {
        try
        {
            return exception.Message?.Length ?? 0;
        }
        catch (Exception)
        {
            // A message can be overridden, and throw. Where it is read next, that is said.
            return int.MaxValue;
        }
    }
}
