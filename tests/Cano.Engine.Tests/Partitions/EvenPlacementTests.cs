using System.Net;
using CsCheck;

namespace Cano.Partitions;

public sealed class EvenPlacementTests
{
    private const string Digest = "0123456789abcdef0123456789abcdef";

    private static readonly Gen<(string Batch, int Partitions, int Silos)> s_cases =
        Gen.Select(Gen.String[Gen.Char["abc-_.0123456789"], 1, 40], Gen.Int[1, 200], Gen.Int[1, 9]);

    [Fact]
    public void Choose_AnyBatch_GivesEverySiloAsManyOrOneMore() => s_cases.Sample(one =>
    {
        SiloAddress[] silos = Silos(one.Silos);
        int[] counts = [.. silos.Select(silo => Enumerable.Range(0, one.Partitions).Count(index => Choose(one.Batch, index, silos).Equals(silo)))];

        Assert.Equal(one.Partitions, counts.Sum());
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    });

    [Fact]
    public void Choose_SilosInAnotherOrder_IsTheSame() => s_cases.Sample(one =>
    {
        SiloAddress[] silos = Silos(one.Silos);

        Assert.Equal(Choose(one.Batch, one.Partitions, silos), Choose(one.Batch, one.Partitions, [.. silos.Reverse()]));
    });

    [Fact]
    public void Choose_BatchesOfOnePartition_UseEverySilo()
    {
        SiloAddress[] silos = Silos(3);

        Assert.Equal(3, Enumerable.Range(0, 100).Select(number => Choose($"batch-{number}", 0, silos)).Distinct().Count());
    }

    private static SiloAddress Choose(string batch, int index, SiloAddress[] silos) => EvenPlacementDirector.Choose(PartitionSpec.Key(batch, Digest, index), silos);

    private static SiloAddress[] Silos(int count) => [.. Enumerable.Range(1, count).Select(number => SiloAddress.New(IPAddress.Loopback, 11111 + number, 1))];
}
