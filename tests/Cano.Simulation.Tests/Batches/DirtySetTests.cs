using CsCheck;

namespace Cano;

public sealed class DirtySetTests
{
    [Fact]
    public void TryTake_AnyHistory_GivesEachOnceInTheOrderInWhichItWasAdded() => Gen.Int[-1, 3].Array[0, 60].Sample(events =>
    {
        DirtySet set = new(4);
        List<int> model = [];
        foreach (int what in events)
        {
            if (what < 0)
            {
                Assert.Equal(model.Count > 0, set.TryTake(out int taken));
                Assert.Equal(model.FirstOrDefault(), taken);
                model = [.. model.Skip(1)];
            }
            else
            {
                set.Add(what);
                model = model.Contains(what) ? model : [.. model, what];
            }
        }
    });
}
