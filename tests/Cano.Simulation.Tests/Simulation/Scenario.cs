namespace Cano;

/// <summary>One world, drawn from the seed: the batch, its instances, what clients do, how much goes wrong.</summary>
internal sealed class Scenario
{
    internal const string BatchId = "b";

    /// <summary>The workflow of all instances; what they do is simulated.</summary>
    internal static readonly IWorkflowRegistration Workflow = new WorkflowRegistration<DayOfWeek, int>(
        WorkflowDefinition.Create<DayOfWeek, int>(new("simulated"), workflow => workflow
            .Start(DayOfWeek.Monday)
            .RegisterNode(DayOfWeek.Monday, static (_, _) => new(DayOfWeek.Sunday))
            .AddExitStates(DayOfWeek.Sunday)));

    private static readonly byte[] s_small = "1"u8.ToArray();
    private static readonly byte[] s_large = new byte[Segment.FullBytes];

    internal Scenario(Random random)
    {
        int[] sizes = new int[random.Next(1, 4)];
        for (int p = 0; p < sizes.Length; p++)
        {
            sizes[p] = random.Next(1, 5);
        }

        int total = sizes.Sum();
        int lives = random.Next(4) == 0 ? 2 : 1;
        List<BatchContent> contents = [Draw(random, sizes, "0123456789abcdef0123456789abcdef")];
        if (lives == 2)
        {
            contents.Add(random.Next(2) == 0 ? contents[0] : Draw(random, sizes, "fedcba9876543210fedcba9876543210"));
        }

        Lives = [.. contents];
        Removal = lives == 2 || random.Next(3) == 0 ? random.Next(3) == 0 ? RemovalKind.Expiry : RemovalKind.Purge : RemovalKind.None;
        Abandoned = random.Next(8) == 0 ? Draw(random, sizes, "aaaabbbbccccddddaaaabbbbccccdddd") : null;
        Retention = TimeSpan.FromSeconds(random.Next(3) switch { 0 => 1, 1 => 30, _ => 300 });
        StartTimeout = TimeSpan.FromSeconds(Abandoned is not null ? 300 : random.Next(3) == 0 ? 20 : 3_600);
        SavesInAThousand = random.Next(3) switch { 0 => 0, 1 => 100, _ => 500 };
        LosesPartition = sizes.Length > 1 && random.Next(20) == 0 ? random.Next(sizes.Length) : -1;
        ReadsWhileRemoved = Removal != RemovalKind.None && random.Next(2) == 0;
        PlaceableAfter = random.Next(10) == 0 ? TimeSpan.FromSeconds(random.Next(1, 60)) : TimeSpan.Zero;
        IsPatient = random.Next(12) != 0;
        NeverEnds = new bool[total];
        int neverInTen = random.Next(4) == 0 ? random.Next(1, 8) : 0;
        for (int i = 0; i < total; i++)
        {
            NeverEnds[i] = random.Next(10) < neverInTen;
        }

        SuccessInTen = random.Next(3) == 0 ? random.Next(1, 10) : 9;
        SlowInTen = random.Next(2) == 0 ? 0 : random.Next(1, 6);
        IgnoresCancelInTen = random.Next(6);
        Output = random.Next(5) == 0 ? s_large : s_small;
        SlotLimit = random.Next(3) switch { 0 => random.Next(1, 4), _ => 1_024 };
        Reserved = random.Next(1, 5);
        Silos = random.Next(1, 4);
        FaultBudget = random.Next(10) == 0 ? 0 : random.Next(1, 12);
        FaultRate = random.Next(4) switch { 0 => 5, 1 => 15, 2 => 40, _ => 100 };
        SparesStart = random.Next(10) > 2;
        Submitters = random.Next(4) == 0 ? 2 : 1;
        ClockSkews = [.. Enumerable.Range(0, Silos).Select(_ => random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.Next(-300, 300)))];
        if (random.Next(2) == 0)
        {
            Array.Clear(ClockSkews);
        }

        CancelAfter = random.Next(5) == 0 ? TimeSpan.FromMilliseconds(random.Next(4) switch { 0 => 0, 1 => 20, 2 => 500, _ => 20_000 }) : null;
    }

    /// <summary>The batches that bear the id, one after the other.</summary>
    internal BatchContent[] Lives { get; }

    internal BatchHeader Header => Lives[0].Header;

    internal PartitionSpec[] Specs => Lives[0].Specs;

    /// <summary>True: rows are removed. A message that came a second time much later would make some anew.</summary>
    internal bool RemovesRows => Removal != RemovalKind.None || Abandoned is not null || StartTimeout < TimeSpan.FromMinutes(1);

    /// <summary>How each of them goes away in the end.</summary>
    internal RemovalKind Removal { get; }

    /// <summary>A start of the same id that is broken off; null: there is none.</summary>
    internal BatchContent? Abandoned { get; }

    /// <summary>For how long finished batches and tombstones are kept.</summary>
    internal TimeSpan Retention { get; }

    /// <summary>After what time a start counts as broken off.</summary>
    internal TimeSpan StartTimeout { get; }

    internal int SavesInAThousand { get; }

    /// <summary>The partition whose instances vanish from storage; -1: none.</summary>
    internal int LosesPartition { get; }

    internal bool ReadsWhileRemoved { get; }

    /// <summary>When a silo comes that has the instances' workflow.</summary>
    internal TimeSpan PlaceableAfter { get; }

    /// <summary>True: a batch that would never end is cancelled after a while.</summary>
    internal bool IsPatient { get; }

    internal bool[] NeverEnds { get; }

    internal int SuccessInTen { get; }

    internal int SlowInTen { get; }

    internal int IgnoresCancelInTen { get; }

    internal byte[] Output { get; }

    internal int SlotLimit { get; }

    internal int Reserved { get; }

    internal int Silos { get; }

    /// <summary>By how much the clock of each silo is off.</summary>
    internal TimeSpan[] ClockSkews { get; }

    internal int FaultBudget { get; }

    internal int FaultRate { get; }

    internal bool SparesStart { get; }

    internal int Submitters { get; }

    internal TimeSpan? CancelAfter { get; }

    internal int Total => Header.Total;

    internal int Quota => Header.Timeout.QuotaOrNull ?? int.MaxValue;

    /// <summary>True: it may be that only a cancel ends the batch.</summary>
    internal bool MayNeedCancel(BatchContent content) =>
        content.Header.Timeout.DurationOrNull is null && (Array.Exists(NeverEnds, never => never) || LosesPartition >= 0);

    internal string KeyOf(int partition) => Lives[0].KeyOf(partition);

    /// <summary>The content with a digest; null if there is none.</summary>
    internal BatchContent? ContentOf(string digest) =>
        Array.Find(Lives, one => one.Header.Digest == digest) ?? (Abandoned?.Header.Digest == digest ? Abandoned : null);

    private static BatchContent Draw(Random random, int[] sizes, string digest)
    {
        int total = sizes.Sum();
        int quota = random.Next(1, total + 2);
        TimeSpan duration = TimeSpan.FromMilliseconds(random.Next(5) switch { 0 => 10, 1 => 200, 2 => 3_000, _ => 60_000 });
        ConcurrentTimeout timeout = random.Next(6) switch
        {
            0 => new ConcurrentTimeout.WaitForever(),
            1 => new ConcurrentTimeout.WaitDuration(duration),
            2 or 3 => new ConcurrentTimeout.WaitForQuota(quota),
            _ => new ConcurrentTimeout.WaitQuotaOrDuration(quota, duration),
        };
        BatchHeader header = new()
        {
            Timeout = timeout,
            MaxConcurrency = random.Next(3) == 0 ? random.Next(1, total + 1) : null,
            Total = total,
            PartitionSizes = sizes,
            Digest = digest,
            Workflows = [],
        };
        // With so large a store even a batch with one partition does not host it.
        byte[]? store = random.Next(3) == 0 ? s_large : null;
        PartitionSpec[] specs = new PartitionSpec[sizes.Length];
        for (int p = 0, first = 0; p < sizes.Length; first += sizes[p++])
        {
            int from = first;
            specs[p] = new()
            {
                BatchId = BatchId,
                FirstOrdinal = first,
                Store = store,
                Instances = [.. Enumerable.Range(0, sizes[p]).Select(i => new InstanceSpec($"i{from + i}", "simulated", null, null))],
            };
        }

        return new(header, specs);
    }

    public override string ToString() =>
        $"{Header.Timeout}, partitions [{string.Join(',', Header.PartitionSizes)}], max concurrency {Header.MaxConcurrency}, never ending [{string.Join(',', NeverEnds.Index().Where(x => x.Item).Select(x => x.Index))}], "
        + $"success {SuccessInTen}/10, slow {SlowInTen}/10, slots {SlotLimit}+{Reserved}, {Silos} silos with clocks off by [{string.Join(',', ClockSkews.Select(skew => skew.TotalSeconds))}], {FaultBudget} faults at {FaultRate}, {Submitters} submitters, cancel after {CancelAfter}, outputs of {Output.Length}, {Lives.Length} lives [{string.Join(" then ", Lives.Select(one => $"{one.Header.Digest[..4]} {one.Header.Timeout}"))}], "
        + $"then {Removal}, retention {Retention}, start timeout {StartTimeout}, abandoned {Abandoned?.Header.Digest}, loses {LosesPartition}, placeable after {PlaceableAfter}, saves {SavesInAThousand}/1000, patient {IsPatient}";
}

/// <summary>One batch: what was submitted.</summary>
internal sealed record BatchContent(BatchHeader Header, PartitionSpec[] Specs)
{
    internal int Quota => Header.Timeout.QuotaOrNull ?? int.MaxValue;

    internal string KeyOf(int partition) => PartitionSpec.Key(Scenario.BatchId, Header.Digest, partition);
}

/// <summary>How a finished batch goes away.</summary>
internal enum RemovalKind
{
    None,
    Purge,
    Expiry,
}
