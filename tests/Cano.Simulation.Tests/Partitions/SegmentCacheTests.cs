namespace Cano;

public sealed class SegmentCacheTests
{
    [Fact]
    public void Find_WhatWasKept_OfThatIncarnationOnly()
    {
        SegmentCache cache = new();
        Segment segment = OfBytes(100);
        cache.Keep("p", 1, segment);

        Assert.Same(segment, cache.Find("p", 1, "one"));
        Assert.Null(cache.Find("p", 1, "two"));
        Assert.Null(cache.Find("p", 1, null));
        Assert.Null(cache.Find("p", 0, "one"));
        Assert.Null(cache.Find("q", 1, "one"));
    }

    [Fact]
    public void Keep_MoreThanFits_TheLeastRecentlyUsedGoes()
    {
        SegmentCache cache = new(maxBytes: 2 * OfBytes(100).Results[0].ApproximateBytes);
        cache.Keep("p", 0, OfBytes(100));
        cache.Keep("p", 1, OfBytes(100));
        Assert.NotNull(cache.Find("p", 0, "one"));

        cache.Keep("p", 2, OfBytes(100));

        Assert.NotNull(cache.Find("p", 0, "one"));
        Assert.Null(cache.Find("p", 1, "one"));
        Assert.NotNull(cache.Find("p", 2, "one"));
    }

    [Fact]
    public void Keep_TheSamePlaceAgain_ReplacesItAndItsBytes()
    {
        SegmentCache cache = new(maxBytes: 2 * OfBytes(100).Results[0].ApproximateBytes);
        cache.Keep("p", 1, OfBytes(100));
        for (int again = 0; again < 10; again++)
        {
            cache.Keep("p", 0, OfBytes(100));
        }

        Assert.NotNull(cache.Find("p", 0, "one"));
        Assert.NotNull(cache.Find("p", 1, "one"));
    }

    [Fact]
    public void Keep_LargerThanAllThatFits_IsNotKept()
    {
        SegmentCache cache = new(maxBytes: 1_000);
        cache.Keep("p", 0, OfBytes(2_000));
        Assert.Null(cache.Find("p", 0, "one"));

        cache.Keep("p", 1, OfBytes(100));
        Assert.NotNull(cache.Find("p", 1, "one"));
    }

    private static Segment OfBytes(int bytes) => new() { Incarnation = "one", Results = [new() { Output = new byte[bytes] }] };
}
