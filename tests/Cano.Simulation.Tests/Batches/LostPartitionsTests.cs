namespace Cano;

public sealed class LostPartitionsTests
{
    [Fact]
    public void Add_PartitionsThatAreLostAndFound_AreListedInOrder()
    {
        LostPartitions lost = new([1, 1, 1], known: [2]);

        Assert.True(lost.Add(0));
        Assert.False(lost.Add(0));
        Assert.False(lost.Add(2));
        Assert.Equal([0, 2], lost.All);
        Assert.True(lost.Remove(2));
        Assert.False(lost.Remove(2));
        Assert.Equal([0], lost.All);
    }

    [Fact]
    public void GiveUp_OnceMore_SaysThatItWasDone()
    {
        LostPartitions lost = new([1, 1], known: [0]);

        Assert.False(lost.IsGivenUp(0));
        Assert.True(lost.GiveUp(0));
        Assert.False(lost.GiveUp(0));
        Assert.True(lost.IsGivenUp(0));
        Assert.False(lost.IsGivenUp(1));
    }
}
