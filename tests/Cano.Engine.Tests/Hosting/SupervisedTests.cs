namespace Cano.Engine.Tests;

/// <summary>Work that nothing awaits: whatever it throws reaches the handler, once, and never the task.</summary>
public sealed class SupervisedTests
{
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Exception> _handled = [];

    [Fact]
    public async Task RunAsync_WorkThatSucceeds_BeginsAtOnceAndCompletesWithItUnhandled()
    {
        bool begun = false;
        Task running = Supervised.RunAsync(
            () =>
            {
                begun = true;
                return _goesOn.Task;
            },
            _handled.Add);

        Assert.True(begun);
        Assert.False(running.IsCompleted);
        _goesOn.SetResult();
        await running;
        Assert.Empty(_handled);
    }

    [Fact]
    public async Task RunAsync_WorkThatThrowsBeforeItAwaits_IsHandledAndTheCallReturnsATaskThatSucceeded()
    {
        InvalidOperationException thrown = new("at once");

        Task running = Supervised.RunAsync(() => throw thrown, _handled.Add);

        Assert.True(running.IsCompletedSuccessfully);
        await running;
        Assert.Same(thrown, Assert.Single(_handled));
    }

    [Fact]
    public async Task RunAsync_WorkThatFailsLater_IsHandledOnceBeforeTheTaskCompletes()
    {
        InvalidOperationException thrown = new("later");
        TaskCompletionSource handling = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ManualResetEventSlim handled = new();
        Task running = Supervised.RunAsync(
            async () =>
            {
                await _goesOn.Task;
                throw thrown;
            },
            exception =>
            {
                _handled.Add(exception);
                handling.SetResult();
                handled.Wait(TestContext.Current.CancellationToken);
            });

        _goesOn.SetResult();
        await handling.Task;
        Assert.False(running.IsCompleted);
        handled.Set();
        await running;

        Assert.Same(thrown, Assert.Single(_handled));
    }

    /// <summary>Nothing cancels such work on purpose without handling it there: a cancellation that gets out is as unexpected as any failure.</summary>
    [Fact]
    public async Task RunAsync_WorkThatIsCancelled_IsHandledLikeAFailure()
    {
        using CancellationTokenSource source = new();
        Task running = Supervised.RunAsync(() => _goesOn.Task.WaitAsync(source.Token), _handled.Add);

        await source.CancelAsync();
        await running;

        Assert.True(running.IsCompletedSuccessfully);
        Assert.Equal(source.Token, Assert.IsType<TaskCanceledException>(Assert.Single(_handled)).CancellationToken);
    }

    /// <summary>The handler gets the exception that was thrown, not one around it.</summary>
    [Fact]
    public async Task RunAsync_WorkOfSeveralTasksThatFail_HandsOverTheFirst()
    {
        Task first = Task.FromException(new InvalidOperationException("first"));
        Task second = Task.FromException(new TimeoutException("second"));

        await Supervised.RunAsync(() => Task.WhenAll(first, second), _handled.Add);

        Assert.Equal("first", Assert.IsType<InvalidOperationException>(Assert.Single(_handled)).Message);
    }
}
