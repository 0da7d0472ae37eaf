namespace Cano;

/// <summary>The execution context in which nothing flows: no culture, no <c>AsyncLocal</c>, no span.</summary>
internal static class EmptyFlow
{
    internal static ExecutionContext Context { get; } = Capture();

    /// <summary>There is no other way to it than a thread that was started without the context of its starter.</summary>
    private static ExecutionContext Capture()
    {
        ExecutionContext? captured = null;
        Thread thread = new(() => captured = ExecutionContext.Capture()) { IsBackground = true };
        thread.UnsafeStart();
        thread.Join();
        return captured!;
    }
}
