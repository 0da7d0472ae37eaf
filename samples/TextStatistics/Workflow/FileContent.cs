namespace TextStatistics;

/// <summary>The content of the file that one run is about.</summary>
/// <remarks>
/// A scoped service: all nodes of a run share it. The instance's store would be the wrong place, for that is saved with checkpoints and must stay small.
/// After a crash an instance goes on from its last checkpoint, in a new scope: then the file is read again, by whichever node needs it first.
/// </remarks>
public class FileContent
{
    /// <summary>64 MB. A larger file is taken for no text, and would not fit into memory many times over.</summary>
    public const long LargestFile = 64 * 1024 * 1024;

    private byte[]? _bytes;

    /// <summary>The content, read when first asked for.</summary>
    public async ValueTask<byte[]> ReadAsync(TextFile file, CancellationToken cancellationToken) =>
        _bytes ??= await ReadAsync(file.Path, cancellationToken);

    /// <summary>Reads the file.</summary>
    /// <exception cref="FileTooLargeException">It is larger than <see cref="LargestFile"/>.</exception>
    /// <exception cref="IOException">It can't be read, or not now.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    protected virtual async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken) => new FileInfo(path).Length switch
    {
        // Pipes and devices have no length either, and opening one could wait forever.
        0 => [],
        > LargestFile => throw new FileTooLargeException(path),
        _ => await File.ReadAllBytesAsync(path, cancellationToken),
    };
}

/// <summary>A file is larger than <see cref="FileContent.LargestFile"/>.</summary>
public sealed class FileTooLargeException(string path) : Exception($"{path} is larger than 64 MB.");
