using System.Net.Http;
using System.Text;
using System.Text.Json;

namespace Cano.Tests.Http;

/// <summary>Clients that ask for more than they read.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private const int Instances = 2_000;
    private const int Readers = 8;

    private readonly ApiProcess _api = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    /// <summary>The results are 40 MB, which eight readers ask for and leave. If the host read ahead for them it would hold 320 MB.</summary>
    [Fact]
    public async Task Results_StreamedToThoseWhoDoNotRead_AreNotHeldInMemory_AndAreWholeOnceTheyDo()
    {
        string output = new('x', 20_000);
        StringBuilder lines = new("""{ "id": "large", "timeout": { "kind": "waitForever" } }""" + "\n");
        foreach (int number in Enumerable.Range(0, Instances))
        {
            lines.Append($$$"""{ "id": "i{{{number}}}", "workflow": "cano.simulate", "params": { "output": "{{{output}}}" } }""").Append('\n');
        }

        Assert.Equal(201, (await _api.StartLinesAsync(lines.ToString())).Status);
        await _api.FollowAsync("large");
        Assert.Equal(Instances, await ReadAsync());
        long before = _api.Memory;

        List<(HttpResponseMessage Answer, StreamReader Stream)> slow = [];
        try
        {
            for (int i = 0; i < Readers; i++)
            {
                HttpResponseMessage answer = await _api.Http.GetAsync("/api/batches/large/results.ndjson", HttpCompletionOption.ResponseHeadersRead, Token);
                slow.Add((answer, new StreamReader(await answer.Content.ReadAsStreamAsync(Token))));
                Assert.NotNull(await slow[i].Stream.ReadLineAsync(Token));
            }

            // Somebody who reads is served beside them, and in that time the host could have read all for the others.
            Assert.Equal(Instances, await ReadAsync());
            Assert.InRange(_api.Memory - before, long.MinValue, 160L << 20);

            foreach ((_, StreamReader stream) in slow)
            {
                Assert.Equal(Instances - 1, await CountAsync(stream));
            }
        }
        finally
        {
            slow.ForEach(one =>
            {
                one.Stream.Dispose();
                one.Answer.Dispose();
            });
        }
    }

    private async Task<int> ReadAsync()
    {
        using HttpResponseMessage answer = await _api.Http.GetAsync("/api/batches/large/results.ndjson", HttpCompletionOption.ResponseHeadersRead, Token);
        using StreamReader stream = new(await answer.Content.ReadAsStreamAsync(Token));
        return await CountAsync(stream);
    }

    /// <summary>Reads to the end; each line is whole.</summary>
    private static async Task<int> CountAsync(StreamReader stream)
    {
        int count = 0;
        while (await stream.ReadLineAsync(Token) is { } line)
        {
            Assert.Equal("completed", JsonElement.Parse(line).GetProperty("outcome").GetString());
            count++;
        }

        return count;
    }
}
