namespace Cano;

/// <summary>The batch that a command is given, from a file or from standard input.</summary>
internal static class BatchFile
{
    /// <summary>What a command calls the file when it speaks of it.</summary>
    internal static string NameOf(string file) => file == "-" ? "standard input" : file;

    /// <summary>Reads a batch.</summary>
    /// <param name="file">A path; <c>-</c> for standard input.</param>
    /// <exception cref="CanoConfigurationException">It can't be read, or is not valid; the message says where.</exception>
    internal static async Task<PreparedBatch> ReadAsync(string file)
    {
        string name = NameOf(file);
        byte[] json = await ReadBytesAsync(file, name);
        if (BatchDocument.Read(json, out IReadOnlyList<CanoConfigurationException> faults) is { } batch)
        {
            return batch;
        }

        CanoConfigurationException first = faults[0];
        throw new CanoConfigurationException(first.Code, $"{name}: {Where(first)}{first.Message}{Others(faults)}", first.Path, first);
    }

    /// <summary>The same, for what a silo has to say about a batch of this file.</summary>
    internal static CanoConfigurationException Refused(string file, CanoException exception)
    {
        // Faults of params are reported with their JSON paths.
        string where = exception is CanoConfigurationException { Code: not ErrorCodes.InvalidParams } fault ? Where(fault) : "";
        return new(exception.Code, $"{NameOf(file)}: {where}{exception.Message}", innerException: exception);
    }

    private static async Task<byte[]> ReadBytesAsync(string file, string name)
    {
        try
        {
            if (file != "-")
            {
                return await File.ReadAllBytesAsync(file);
            }

            await using Stream input = Console.OpenStandardInput();
            using MemoryStream bytes = new();
            await input.CopyToAsync(bytes);
            return bytes.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"{name} can't be read: {exception.Message}", innerException: exception);
        }
    }

    private static string Where(CanoConfigurationException fault) => fault.Path is null or "$" ? "" : $"{fault.Path}: ";

    private static string Others(IReadOnlyList<CanoConfigurationException> faults) =>
        faults.Count == 1 ? "" : $" (and {faults.Count - 1} more: {string.Join(", ", faults.Skip(1).Select(fault => fault.Path))})";
}
