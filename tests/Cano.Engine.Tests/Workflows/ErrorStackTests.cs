using System.Runtime.CompilerServices;
using System.Text;

namespace Cano.Engine.Tests;

/// <summary>The stack that a failure is kept with.</summary>
public sealed class ErrorStackTests
{
    [Fact]
    public async Task Stack_SaysWhereTheNodeThrew()
    {
        string stack = await StackOfAsync(_ => ThrowsHere("no price"));

        Assert.StartsWith("System.IO.IOException: no price\n   at Cano.Engine.Tests.ErrorStackTests.ThrowsHere(", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_HasInnerExceptionsWithTheirs()
    {
        string stack = await StackOfAsync(_ =>
        {
            try
            {
                ThrowsHere("reset");
            }
            catch (IOException exception)
            {
                throw new InvalidOperationException("no answer", exception);
            }
        });

        Assert.StartsWith("System.InvalidOperationException: no answer\n   at ", stack, StringComparison.Ordinal);
        Assert.Contains("\n ---> System.IO.IOException: reset\n   at Cano.Engine.Tests.ErrorStackTests.ThrowsHere(", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_OfLongMessagesAndDeepCalls_HasAtMostFourKilobytesAndKeepsBoth()
    {
        string stack = await StackOfAsync(_ => Deep(500));

        Assert.InRange(Encoding.UTF8.GetByteCount(stack), 2_000, ErrorText.MaxBytes);
        Assert.Contains("ErrorStackTests.Deep(", stack, StringComparison.Ordinal);
        Assert.Contains("---> System.TimeoutException: the cause", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_OfAnExceptionThatCantBeRead_HarmsNothing()
    {
        string stack = await StackOfAsync(_ => throw new Unreadable());

        Assert.Contains("reading it threw System.NotSupportedException", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_OfAnAttemptBeyondItsTime_HasWhatTheNodeThrewThen()
    {
        WatchedClock clock = new();
        Task<WorkflowResult<Step>> run = Flow.Of(
            async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
                return Step.Done;
            },
            NodeConfig.Minimal with { AttemptTimeout = TimeSpan.FromSeconds(1) }).RunAsync(clock);
        await clock.PassNextTimerAsync();

        Assert.Contains("---> System.Threading.Tasks.TaskCanceledException: ", (await run).Error!.Stack, StringComparison.Ordinal);
    }

    private static async Task<string> StackOfAsync(Action<WorkflowContext<Input>> node) =>
        (await Flow.Of((context, _) =>
        {
            node(context);
            return new(Step.Done);
        }).RunAsync()).Error!.Stack!;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowsHere(string message) => throw new IOException(message);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Deep(int calls) =>
        calls == 0 ? throw new IOException(new string('x', 1_000_000), new TimeoutException("the cause")) : 1 + Deep(calls - 1);

    private sealed class Unreadable : Exception
    {
        public override string Message => throw new NotSupportedException();

        public override string StackTrace => throw new NotSupportedException();
    }
}
