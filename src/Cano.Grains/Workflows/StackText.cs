using System.Text;

namespace Cano;

/// <summary>
/// An exception as bounded text: the outermost first, each inner one below it, all with type, message and stack. Longer messages and stacks
/// are cut in themselves, so that none takes the place of another; nothing is ever built from a whole message.
/// </summary>
internal static class StackText
{
    private const int MaxMessageBytes = 512;
    private const int MaxStackBytes = 2_048;
    private const int MaxExceptions = 8;

    /// <summary>At most <see cref="ErrorText.MaxBytes"/> of UTF-8.</summary>
    internal static string Of(Exception exception)
    {
        StringBuilder text = new();
        Append(text, exception, prefix: "", left: MaxExceptions);
        return ErrorText.Bounded(text.ToString());
    }

    private static int Append(StringBuilder text, Exception exception, string prefix, int left)
    {
        text.Append(prefix).Append(Failure.TypeName(exception)).Append(": ").Append(ErrorText.Bounded(Failure.Message(exception), MaxMessageBytes));
        if (StackOf(exception) is { Length: > 0 } stack)
        {
            text.Append('\n').Append(ErrorText.Bounded(stack, MaxStackBytes));
        }

        left--;
        foreach (Exception inner in Failure.InnerOf(exception))
        {
            if (left == 0)
            {
                break;
            }

            left = Append(text, inner, "\n ---> ", left);
        }

        return left;
    }

    private static string? StackOf(Exception exception)
    {
        try
        {
            return exception.StackTrace;
        }
        catch (Exception thrown)
        {
            // It can be overridden, as the message can.
            return $"(no stack: reading it threw {Failure.TypeName(thrown)})";
        }
    }
}
