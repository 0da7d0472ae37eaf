using System.Globalization;

namespace Cano.Engine.Tests;

/// <summary>What one node sets (culture, <c>AsyncLocal</c>) does not flow into the next, nor into its own retry.</summary>
public sealed class NodeContextTests
{
    private static readonly AsyncLocal<string?> s_flowing = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatANodeSets_TheNextDoesNotSee(bool isLimited)
    {
        NodeConfig config = NodeConfig.Minimal with { AttemptTimeout = isLimited ? TimeSpan.FromMinutes(1) : null };
        string? seen = null;
        await Flow.Of(workflow => workflow
            .RegisterNode(
                Step.Start,
                (_, _) =>
                {
                    Set();
                    return new(Step.Middle);
                },
                config)
            .RegisterNode(
                Step.Middle,
                (_, _) =>
                {
                    seen = Describe();
                    return new(Step.Done);
                },
                config)).RunAsync();

        Assert.Equal(Describe(), seen);
    }

    [Fact]
    public async Task WhatAnAttemptSets_ItsRetryDoesNotSee()
    {
        string? seen = null;
        await Flow.Of(
            (context, _) =>
            {
                seen = Describe();
                if (context.Attempt == 2)
                {
                    return new(Step.Done);
                }

                Set();
                throw new IOException();
            },
            NodeConfig.Default with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) }).RunAsync();

        Assert.Equal(Describe(), seen);
    }

    [Fact]
    public async Task WhatTheCallerSets_NoNodeSees_AndTheCallerKeeps()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        string empty = Describe();
        string? seen = null;
        Set();
        string caller = Describe();
        try
        {
            await Flow.Of((_, _) =>
            {
                seen = Describe();
                return new(Step.Done);
            }).RunAsync();

            Assert.Equal((empty, caller), (seen, Describe()));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static void Set()
    {
        s_flowing.Value = "of a node";
        CultureInfo.CurrentCulture = new("de-DE");
    }

    private static string Describe() => $"{s_flowing.Value} {CultureInfo.CurrentCulture}";
}
