using System.Text;
using Cano.Contracts.Tests.Samples;
using Cano.Contracts.Tests.Wire;
using Orleans.Storage;

namespace Cano.Contracts.Tests.States;

/// <summary>
/// The rows of the grain storage. A folder beside this file holds them as a release wrote them, both ways (Orleans' bytes in hexadecimal, its JSON as text), and is never changed after
/// that release: whatever it holds must still be read, and must say the same both ways.
/// </summary>
public sealed class StateTests(Serializers serializers) : IClassFixture<Serializers>
{
    /// <summary>The release in the making: its files are written from the samples.</summary>
    private const string Next = "0.1";

    public static TheoryData<Type> Types => [.. Sample.States];

    public static TheoryData<string, Type> Releases
    {
        get
        {
            TheoryData<string, Type> data = [];
            foreach (string folder in GoldenFile.FoldersIn("States").Select(Path.GetFileName).OfType<string>())
            {
                foreach (string alias in GoldenFile.In(Path.Combine("States", folder), "*.hex").Select(Path.GetFileNameWithoutExtension).OfType<string>())
                {
                    data.Add(folder, Sample.States.Single(type => Sample.AliasOf(type) == alias));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void RoundTrip_ThroughEitherStorageSerializer_GivesAnEqualValue(Type type)
    {
        string sample = Described.Of(Sample.Of(type));

        Assert.Equal(sample, Described.Of(Read(serializers.Binary, type, Write(serializers.Binary, type))));
        Assert.Equal(sample, Described.Of(Read(serializers.Json, type, Write(serializers.Json, type))));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void State_OfTheNextRelease_IsWrittenAlikeAndReadsAsTheSample(Type type)
    {
        byte[] bytes = Write(serializers.Binary, type);
        byte[] json = Write(serializers.Json, type);

        byte[] golden = GoldenFile.ReadOrWrite(PathOf(Next, type, "hex"), () => GoldenFile.Shown(bytes), GoldenFile.Read);
        byte[] goldenJson = GoldenFile.ReadOrWrite(PathOf(Next, type, "json"), () => Encoding.UTF8.GetString(json) + "\n", File.ReadAllBytes);

        Assert.Equal(GoldenFile.Shown(golden), GoldenFile.Shown(bytes));
        Assert.Equal(Described.Of(Sample.Of(type)), Described.Of(Read(serializers.Binary, type, golden)));
        Assert.Equal(Described.Of(Sample.Of(type)), Described.Of(Read(serializers.Json, type, goldenJson)));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public void State_OfARelease_StillLoadsAndSaysTheSameBothWays(string release, Type type)
    {
        object bytes = Read(serializers.Binary, type, GoldenFile.Read(PathOf(release, type, "hex")));
        object json = Read(serializers.Json, type, File.ReadAllBytes(PathOf(release, type, "json")));

        Assert.Equal(Described.Of(bytes), Described.Of(json));
    }

    private static string PathOf(string release, Type type, string ending) => GoldenFile.PathOf(Path.Combine("States", release), $"{Sample.AliasOf(type)}.{ending}");

    private static byte[] Write(IGrainStorageSerializer serializer, Type type) => ((BinaryData)typeof(IGrainStorageSerializer)
        .GetMethod(nameof(IGrainStorageSerializer.Serialize))!
        .MakeGenericMethod(type)
        .Invoke(serializer, [Sample.Of(type)])!).ToArray();

    private static object Read(IGrainStorageSerializer serializer, Type type, byte[] bytes) => typeof(IGrainStorageSerializer)
        .GetMethod(nameof(IGrainStorageSerializer.Deserialize))!
        .MakeGenericMethod(type)
        .Invoke(serializer, [BinaryData.FromBytes(bytes)])!;
}
