using System.Collections.ObjectModel;

namespace Cano;

/// <summary>Turns what went wrong in an instance into data.</summary>
internal static class Failure
{
    private const int MaxInner = 5;
    private const int MaxInnerBytes = 1_024;

    /// <summary>Characters of the messages that an <see cref="AggregateException"/> may join by itself.</summary>
    private const int MaxJoined = 64 * 1_024;

    internal static WorkflowError Of(string kind, string message, string? state = null, int attempts = 0) =>
        new() { Kind = kind, Message = ErrorText.Bounded(message), State = state, Attempts = attempts };

    internal static WorkflowError Of(string kind, Exception exception, string state, int attempts) =>
        Of(kind, Message(exception), state, attempts) with { ExceptionType = TypeName(exception), Inner = Inner(exception) };

    /// <summary>
    /// The exception's message, cut before anything is made of it: a thousand instances may throw one of 25 MB at once. A message that
    /// itself throws or is
    /// null is replaced, for nothing of a node may harm its neighbours.
    /// </summary>
    internal static string Message(Exception exception)
    {
        try
        {
            bool isJoined = exception.GetType() == typeof(AggregateException);
            return ErrorText.Bounded(isJoined ? Joined((AggregateException)exception) : exception.Message);
        }
        catch (Exception thrown)
        {
            return $"({TypeName(exception)} has no message: reading it threw {TypeName(thrown)})";
        }
    }

    internal static string TypeName(Exception exception) => ErrorText.Bounded(exception.GetType().FullName, MaxInnerBytes);

    /// <summary>The exceptions that it was thrown because of.</summary>
    internal static IEnumerable<Exception> InnerOf(Exception exception) => exception switch
    {
        AggregateException several => several.InnerExceptions,
        { InnerException: { } one } => [one],
        _ => [],
    };

    /// <summary>As <see cref="AggregateException"/> joins the messages of its exceptions, which it does at whatever length.</summary>
    private static string Joined(AggregateException exception)
    {
        ReadOnlyCollection<Exception> inner = exception.InnerExceptions;
        if (inner.All(one => one is not AggregateException) && inner.Sum(one => (long)(one.Message?.Length ?? 0)) <= MaxJoined)
        {
            return exception.Message;
        }

        string some = string.Join(" ", inner.Take(MaxInner).Select(one => $"({Message(one)})"));
        return inner.Count <= MaxInner ? $"One or more errors occurred. {some}" : $"{inner.Count} errors occurred. {some} …";
    }

    private static List<string>? Inner(Exception exception)
    {
        List<string> found = [];
        Collect(exception, found);
        return found.Count == 0 ? null : found;
    }

    private static void Collect(Exception exception, List<string> found)
    {
        foreach (Exception next in InnerOf(exception))
        {
            if (found.Count == MaxInner)
            {
                return;
            }

            found.Add(ErrorText.Bounded($"{TypeName(next)}: {Message(next)}", MaxInnerBytes));
            Collect(next, found);
        }
    }
}
