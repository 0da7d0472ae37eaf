using System.Globalization;
using Cano.Contracts.Tests.Samples;

namespace Cano.Contracts.Tests.Wire;

/// <summary>No message is to grow near 1 MB.</summary>
public sealed class StatisticsSizeTests(Serializers serializers) : IClassFixture<Serializers>
{
    /// <summary>A partition's most instances, each with a label, a duration and an error of its own, all names as long as they may be, in letters of three bytes where those are allowed; all of them in the sample.</summary>
    [Fact]
    public void Statistics_OfTheWorstPartition_AreBelow1Megabyte()
    {
        StatisticsBuilder statistics = new(sampleShare: 1, PartitionSpec.MaxInstances + 1);
        for (int place = 0; place < PartitionSpec.MaxInstances; place++)
        {
            statistics.Add(new InstanceResult
            {
                Ordinal = 999_000 + place,
                Id = Long(place, 200, 'i'),
                Workflow = Long(0, 200, 'w'),
                Label = Long(place, 100, '語'),
                Outcome = WorkflowOutcome.Failed,
                Error = new() { Kind = WorkflowErrorKinds.RetryExhausted, Message = Letters(place) + new string('語', 1_300), State = new string('S', 100), Attempts = 4 },
                StartedAt = BatchSamples.Noon.AddTicks(place),
                FinishedAt = BatchSamples.Noon.AddDays(365).AddMinutes(place),
                Path = new([new(Long(place, 100, 'S'), 0, 1, 1, null), new(Long(place, 100, 'T'), 1, 1, 4, null)], 0, FromCheckpoint: false),
            });
        }

        BatchStatistics built = statistics.Build();

        Assert.Equal(
            (1_000, BatchStatistics.MaxErrors, 950, 1_000, BatchStatistics.MaxTransitions),
            (built.Variants.Length, built.Errors.Length, built.OtherErrors, built.Sample.Length, built.Transitions.Length));
        Assert.InRange(serializers.Write(built).Length, 500_000, 1_000_000);
    }

    private static string Long(int number, int length, char filler) => number.ToString(CultureInfo.InvariantCulture).PadRight(length, filler);

    private static string Letters(int number) => string.Concat(number.ToString(CultureInfo.InvariantCulture).Select(digit => (char)('a' + digit - '0')));
}
