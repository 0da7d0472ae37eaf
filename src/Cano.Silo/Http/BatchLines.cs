using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Cano;

/// <summary>
/// A batch that is sent line by line: its head, then an instance a line. What comes is written to a temporary file at once and read back
/// partition by partition, since partitions are keyed by the digest of all of it: a million lines are never in memory, only their ids.
/// </summary>
/// <param name="newId">Makes the id of a batch that has none.</param>
internal sealed class BatchLines(Func<string> newId) : IDisposable
{
    /// <summary>The longest line, in bytes: the largest params that a silo can be set to take, and what stands beside them.</summary>
    internal const int MaxLine = 4 * 1024 * 1024;

    private readonly FileStream _file = Create();
    private readonly DocumentFaults _faults = new();
    private readonly List<long> _starts = [];
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private BatchContent? _content;
    private BatchSubmission? _head;
    private int _number;
    private int _place;
    private long _length;

    /// <summary>What is wrong with what came; empty when a batch was returned.</summary>
    internal IReadOnlyList<CanoConfigurationException> Faults => _faults.All;

    /// <summary>Reads all lines.</summary>
    /// <param name="body">UTF-8; lines end with a line feed, empty ones are passed over.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The batch, which reads from the file as long as this object lives; null when there are faults.</returns>
    internal async Task<PreparedBatch?> ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                ReadResult read = await body.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> buffer = read.Buffer;
                try
                {
                    while (MayGoOn && TakeLine(ref buffer, read.IsCompleted) is { } line)
                    {
                        Take(line);
                    }
                }
                finally
                {
                    // Also where a line is refused: the server could not read past the body otherwise, and would end the connection.
                    body.AdvanceTo(buffer.Start, buffer.End);
                }

                if (buffer.Length > MaxLine)
                {
                    throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"Line {_number + 1} is longer than {MaxLine:N0} bytes.", "$");
                }

                if (read.IsCompleted || !MayGoOn)
                {
                    return Finish();
                }
            }
        }
        catch (CanoConfigurationException fault)
        {
            _faults.Add(fault);
            return null;
        }
    }

    public void Dispose()
    {
        _content?.Dispose();
        _writer.Dispose();
        _file.Dispose();
    }

    private static FileStream Create()
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 256 * 1024,
        };
        if (!OperatingSystem.IsWindows())
        {
            // Params are nobody else's business.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(Path.Combine(Path.GetTempPath(), $"cano-{Guid.NewGuid():N}.ndjson"), options);
    }

    /// <summary>Nothing after a head that can't be read means anything, and nobody reads more than so many faults.</summary>
    private bool MayGoOn => _faults.All.Count < DocumentFaults.Max && !(_faults.Any && _head is null);

    /// <summary>The next line without its end; null: the rest of it has not come.</summary>
    private static ReadOnlySequence<byte>? TakeLine(ref ReadOnlySequence<byte> buffer, bool isLast)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            ReadOnlySequence<byte> line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return line;
        }

        if (!isLast || buffer.IsEmpty)
        {
            return null;
        }

        ReadOnlySequence<byte> last = buffer;
        buffer = buffer.Slice(buffer.End);
        return last;
    }

    private void Take(ReadOnlySequence<byte> sequence)
    {
        _number++;
        byte[] line = sequence.ToArray();
        if (line.AsSpan().TrimEnd("\r \t"u8).IsEmpty)
        {
            return;
        }

        if (_head is null)
        {
            _head = BatchDocument.ReadHead(line, _faults, newId);
            _content = _head is null ? null : new(_head);
        }
        else if (BatchDocument.ReadInstance(line, _number, _place++, _faults) is { } instance)
        {
            SubmissionLimits.CheckCount(_content!.Count + 1);
            Keep(_content.Add(instance));
        }
    }

    private void Keep(InstanceSpec instance)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        _writer.WriteStartObject();
        _writer.WriteString("id", instance.Id);
        _writer.WriteString("workflow", instance.Workflow);
        _writer.WriteString("label", instance.Label);
        if (instance.Params is not null)
        {
            _writer.WritePropertyName("params");
            _writer.WriteRawValue(instance.Params, skipInputValidation: true);
        }

        _writer.WriteEndObject();
        _writer.Flush();
        _starts.Add(_length);
        _file.Write(_buffer.WrittenSpan);
        _length += _buffer.WrittenCount;
    }

    private PreparedBatch? Finish()
    {
        if (_faults.Any)
        {
            return null;
        }

        if (_head is null)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidDocument, "There are no lines; the first is the batch without its instances, each further one an instance.", "$");
        }

        _file.Flush();
        _starts.Add(_length);
        return new(_head.Id, _content!.Finish(), _content.Store, (_, first, count) => Read(first, count));
    }

    private InstanceSpec[] Read(int first, int count)
    {
        byte[] bytes = new byte[_starts[first + count] - _starts[first]];
        for (int read = 0; read < bytes.Length;)
        {
            int some = RandomAccess.Read(_file.SafeFileHandle, bytes.AsSpan(read), _starts[first] + read);
            read += some > 0 ? some : throw new EndOfStreamException("The temporary file of a batch is shorter than what was written to it.");
        }

        InstanceSpec[] instances = new InstanceSpec[count];
        for (int i = 0; i < count; i++)
        {
            int from = (int)(_starts[first + i] - _starts[first]);
            int to = (int)(_starts[first + i + 1] - _starts[first]);
            instances[i] = BatchDocument.ReadInstance(bytes.AsMemory(from, to - from), first + i + 2, first + i, new())!;
        }

        return instances;
    }
}
