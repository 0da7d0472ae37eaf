using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary>An operation in the lane: run first, answered only when its transaction has ended.</summary>
internal sealed class LaneOperation(bool writes, Func<Task> body)
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    internal bool Writes => writes;

    internal Task Task => _answer.Task;

    internal Exception? Failure { get; private set; }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "The lane's thread is there to be blocked; SQLite runs synchronously, so that the task is complete anyway.")]
    [SuppressMessage("Design", "CA1031", Justification = "Whatever an operation throws is its caller's.")]
    internal void Run()
    {
        try
        {
            body().GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Failure = exception;
        }
    }

    // The exceptions of SQLite's library can't be read by a client, which has no such library.
    private static StorageException Told(Exception failure) =>
        new(ErrorCodes.StorageFailed, $"The database failed: {failure.Message} See to the disk and to the data folder.");

    /// <summary>What it did holds: it is durable, or it was a read outside of any transaction.</summary>
    internal void Succeed() => _ended = true;

    internal void Fail(Exception exception) => Failure ??= exception;

    /// <summary>Answers the caller: with success only after <see cref="Succeed"/>.</summary>
    internal void Answer()
    {
        Exception? failure = Failure
            ?? (_ended ? null : new IOException("The transaction did not come to its end; what it has written is unknown."));
        if (failure is null)
        {
            _answer.SetResult();
        }
        else
        {
            _answer.SetException(failure is SqliteException or IOException ? Told(failure) : failure);
        }
    }
}
