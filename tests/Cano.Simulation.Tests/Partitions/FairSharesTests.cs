using CsCheck;

namespace Cano;

/// <summary>The rule by which batches share slots: after every history, however the batches ask and their instances end.</summary>
public sealed class FairSharesTests
{
    /// <summary>
    /// What may happen to a batch: an instance asks for a slot, ends, ends and passes its slot on if it may, or stops waiting.
    /// </summary>
    private enum Act
    {
        Ask,
        End,
        Pass,
        Withdraw,
    }

    private static readonly Gen<(int Limit, int Reserved, (Act Act, int Batch)[] History)> s_histories =
        from limit in Gen.Int[1, 12]
        from reserved in Gen.Int[0, 3]
        from batches in Gen.Int[1, 6]
        from history in Gen.Select(Gen.Frequency((3, Gen.Const(Act.Ask)), (1, Gen.Enum<Act>())), Gen.Int[0, batches - 1]).Array[0, 200]
        select (limit, reserved, history);

    private static readonly Gen<(int Limit, int Reserved, int Batches, int[] Asks, int[] Ends)> s_crowds =
        Gen.Select(Gen.Int[1, 30], Gen.Int[0, 3], Gen.Int[1, 6], Gen.Int[0, 5].Array[0, 400], Gen.Int[0, 5].Array[400]);

    [Fact]
    public void Shares_AnyHistory_EveryRuleHoldsAfterEachStep() => s_histories.Sample(one =>
    {
        House house = new(one.Limit, one.Reserved, batches: 6);
        foreach ((Act act, int batch) in one.History)
        {
            house.Apply(act, batch);
        }
    });

    /// <summary>
    /// All that three batches can do with up to three instances each: every state that can be reached, and every step from it.
    /// </summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Shares_EveryStateOfThreeBatches_EveryRuleHoldsAfterEachStep(int limit, int reserved)
    {
        HashSet<string> seen = [];
        Queue<(Act Act, int Batch)[]> ahead = new([[]]);
        while (ahead.TryDequeue(out (Act Act, int Batch)[]? history))
        {
            foreach (Act act in Enum.GetValues<Act>())
            {
                for (int batch = 0; batch < 3; batch++)
                {
                    House house = new(limit, reserved, batches: 3);
                    Array.ForEach(history, step => house.Apply(step.Act, step.Batch));
                    if ((act != Act.Ask || house.Wants(batch) < 3) && house.Apply(act, batch) && seen.Add(house.State))
                    {
                        ahead.Enqueue([.. history, (act, batch)]);
                    }
                }
            }
        }

        Assert.True(seen.Count > 100, $"{seen.Count} states were reached.");
    }

    /// <summary>The worst case that the overdraft is for: one batch holds every slot and no instance ends.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Shares_OneBatchHoldsAllForEver_EachOfTheOthersGetsItsFairShare(int reserved)
    {
        for (int limit = 1; limit <= 40; limit++)
        {
            for (int others = 1; others < limit; others++)
            {
                House house = new(limit, reserved, others + 1);
                house.Ask(0, limit);
                Assert.Equal(limit, house.Running(0));
                for (int round = 0; round < limit; round++)
                {
                    for (int other = 1; other <= others; other++)
                    {
                        house.Ask(other, 1);
                    }
                }

                for (int other = 1; other <= others; other++)
                {
                    int running = house.Running(other);
                    Assert.True(running >= limit / (others + 1), $"Limit {limit}, {others} others: number {other} has {running}.");
                }
            }
        }
    }

    /// <summary>Whatever came before, instances that end lead back to equal shares and to the limit.</summary>
    [Fact]
    public void Shares_AllWantMoreThanThereIs_TheyBecomeEqualAndTheOverdraftIsRepaid() =>
        s_crowds.Sample((limit, reserved, batches, asks, ends) =>
        {
            House house = new(limit, reserved, batches);
            Array.ForEach(asks, batch => house.Apply(Act.Ask, batch % batches));
            for (int batch = 0; batch < batches; batch++)
            {
                house.Ask(batch, 1_000);
            }

            Array.ForEach(ends, batch => house.Apply(Act.Pass, batch % batches));
            for (int round = 0; round < 2 * limit; round++)
            {
                for (int batch = 0; batch < batches; batch++)
                {
                    house.Apply(Act.Pass, batch);
                }
            }

            int[] running = [.. Enumerable.Range(0, batches).Select(house.Running)];
            int bound = Math.Max(limit, batches * Math.Max(reserved, 1));
            Assert.True(running.Max() - running.Min() <= 1 && running.Sum() <= bound, $"They have {string.Join(", ", running)} of {limit}.");
        });

    [Fact]
    public void Shares_AloneOnAnIdleSilo_GetsAll()
    {
        House house = new(limit: 1_024, reserved: 4, batches: 2);

        house.Ask(0, 5_000);

        Assert.Equal(1_024, house.Running(0));
    }

    /// <summary>Drives the shares as a silo does and checks, after each step, what must hold.</summary>
    private sealed class House(int limit, int reserved, int batches)
    {
        private readonly FairShares<BatchShare> _shares = new(limit, reserved);
        private readonly BatchShare[] _batches = [.. Enumerable.Range(0, batches).Select(_ => new BatchShare())];

        /// <summary>
        /// All that the future depends on, written down: what the batches have and want, and in which order they are served.
        /// </summary>
        internal string State => string.Join(
            ' ', _batches.Index().OrderBy(one => one.Item.Rank.Turn).Select(one => $"{one.Index}:{one.Item.Running}+{one.Item.Waiting}"));

        internal int Running(int batch) => _batches[batch].Running;

        internal int Wants(int batch) => _batches[batch].Running + _batches[batch].Waiting;

        internal void Ask(int batch, int times)
        {
            for (int time = 0; time < times; time++)
            {
                Apply(Act.Ask, batch);
            }
        }

        /// <summary>False: it can't happen now.</summary>
        internal bool Apply(Act act, int number)
        {
            BatchShare batch = _batches[number];
            switch (act)
            {
                case Act.Ask when !_shares.TryTake(batch):
                    _shares.Wait(batch);
                    break;
                case Act.Withdraw when batch.Waiting > 0:
                    _shares.Withdraw(batch);
                    break;
                case Act.Pass when batch.Running > 0 && _shares.MayKeep(batch):
                    // The batch's next instance goes on with the slot: allowed if no other batch that waits has fewer.
                    Assert.DoesNotContain(_batches, other => other != batch && other.Waiting > 0 && other.Running < batch.Running);
                    break;
                case Act.End or Act.Pass when batch.Running > 0:
                    _shares.Return(batch);
                    break;
                case Act.Ask:
                    break;
                default:
                    return false;
            }

            Serve();
            Check();
            return true;
        }

        private void Serve()
        {
            while (true)
            {
                BatchShare? first = _batches.Where(one => one.Waiting > 0).MinBy(one => one.Rank);
                int before = first?.Running ?? 0;
                if (_shares.TakeNext() is not { } next)
                {
                    return;
                }

                Assert.Same(first, next);
                Assert.Equal(before + 1, next.Running);
                Assert.DoesNotContain(_batches, other => other.Waiting > 0 && other.Running < before);
            }
        }

        private void Check()
        {
            int want = _batches.Count(one => one.Running + one.Waiting > 0);
            Assert.Equal((_batches.Sum(one => one.Running), want), (_shares.Taken, _shares.Batches));
            Assert.All(_batches, one => Assert.True(one is { Running: >= 0, Waiting: >= 0 }));

            // The overdraft is bounded by one limit's worth; only reserves are beyond it.
            Assert.True(_batches.Sum(one => Math.Max(0, one.Running - reserved)) <= 2 * limit);
            foreach (BatchShare one in _batches.Where(one => one.Waiting > 0))
            {
                // No free slot is left over; who waits has its reserve, and its fair share unless the overdraft is used up.
                Assert.True(_shares.Taken >= limit && one.Running >= reserved);
                Assert.True(one.Running >= Math.Max(1, limit / want) || _shares.Taken >= 2 * limit);
            }
        }
    }
}
