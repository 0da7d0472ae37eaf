using System.Text.Json;

namespace Cano;

/// <summary>What an exception of the serializer, or of users' code that it called, says to people.</summary>
internal static class JsonMessage
{
    /// <summary>Longer ones are cut before anything is made of them.</summary>
    private const int MaxLength = 1_000;

    private static readonly string[] s_tails = [" LineNumber:", " Change the reader options", " Path:"];

    /// <summary>The message on one line, without what is for programmers: where the reader stood, and advice about its options.</summary>
    internal static string Of(Exception exception)
    {
        string message = Read(exception);
        foreach (string tail in exception is JsonException ? s_tails : [])
        {
            message = message.IndexOf(tail, StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;
        }

        return (message.Length <= MaxLength ? message : $"{message[..(MaxLength - 1)]}…").ReplaceLineEndings(" ");
    }

    private static string Read(Exception exception)
    {
        try
        {
            return exception.Message ?? "";
        }
        catch (Exception thrown)
        {
            return $"({exception.GetType().Name} has no message: reading it threw {thrown.GetType().Name})";
        }
    }
}
