using Cano.Contracts.Tests.Samples;

namespace Cano.Contracts.Tests.Wire;

/// <summary>Every type that is sent, as bytes: they are what they were when its golden file was written, and read as the same value.</summary>
public sealed class MessageTests(Serializers serializers) : IClassFixture<Serializers>
{
    public static TheoryData<Type> Types => [.. Sample.Types.Where(type => !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(Types))]
    public void RoundTrip_OfEveryType_GivesAnEqualValue(Type type) =>
        Assert.Equal(Described.Of(Sample.Of(type)), Described.Of(serializers.Read(serializers.Write(Sample.Of(type)))));

    [Theory]
    [MemberData(nameof(Types))]
    public void Golden_OfEveryType_ReadsAsTheSampleAndIsWrittenAlike(Type type)
    {
        byte[] written = serializers.Write(Sample.Of(type));
        string path = GoldenFile.PathOf("Golden", $"{Sample.AliasOf(type)}.hex");

        byte[] golden = GoldenFile.ReadOrWrite(path, () => GoldenFile.Shown(written), GoldenFile.Read);

        Assert.Equal(Described.Of(Sample.Of(type)), Described.Of(serializers.Read(golden)));
        Assert.Equal(GoldenFile.Shown(golden), GoldenFile.Shown(written));
    }

    [Fact]
    public void Golden_EveryFile_IsOfAType() => Assert.Empty(
        GoldenFile.In("Golden", "*.hex").Select(Path.GetFileNameWithoutExtension).Except(Sample.Types.Select(type => Sample.AliasOf(type))));

    /// <summary>A caller may catch it by its type and read what it says, on the other side of the wire as on this one.</summary>
    [Fact]
    public void Exception_ThatWasThrown_CrossesWhole()
    {
        // Not the sample: throwing it would put a stack trace into the bytes that other tests compare.
        CanoConfigurationException fresh = new(ErrorCodes.InvalidQuota, "The quota was 0; it must be 1 or more.", "$.timeout.quota", new IOException("why"));
        CanoConfigurationException thrown = Assert.Throws<CanoConfigurationException>((Action)(() => throw fresh));

        CanoConfigurationException read = Assert.IsType<CanoConfigurationException>(serializers.Read(serializers.Write(thrown)));

        Assert.Equal((thrown.Code, thrown.Message, thrown.Path), (read.Code, read.Message, read.Path));
        Assert.Equal("why", Assert.IsType<IOException>(read.InnerException).Message);
    }

    [Fact]
    public void ConfigurationException_OfSeveralFaults_CrossesWhole()
    {
        SubmissionFault[] faults = [new("$.instances[3].params.numbr", "unknown member; there are number"), new("$.instances[4].params", "must be an object")];
        CanoConfigurationException sent = CanoConfigurationException.Of(ErrorCodes.InvalidParams, faults);

        CanoConfigurationException read = Assert.IsType<CanoConfigurationException>(serializers.Read(serializers.Write(sent)));

        Assert.Equal((ErrorCodes.InvalidParams, sent.Message, faults[0].Path), (read.Code, read.Message, read.Path));
        Assert.Equal(faults, read.Faults);
    }

    /// <summary>As a silo of 0.1 sends it, which knows of one fault only.</summary>
    [Fact]
    public void ConfigurationException_OfAnEarlierVersion_HasItsOneFault()
    {
        byte[] sent = Convert.FromHexString(
            "3001b93d5b4b3f43616e6f2e43616e6f436f6e66696775726174696f6e457863"
            + "657074696f6e404d5468652071756f74612077617320303b206974206d757374"
            + "2062652031206f72206d6f72652ec101292b402b53797374656d2e494f2e494f"
            + "457863657074696f6e4107776879c101c1016120161380e06100151380e8401b"
            + "696e76616c69642d71756f7461e8401f242e74696d656f75742e71756f7461e0");

        CanoConfigurationException read = Assert.IsType<CanoConfigurationException>(serializers.Read(sent));

        Assert.Equal(
            (ErrorCodes.InvalidQuota, "The quota was 0; it must be 1 or more.", "$.timeout.quota"), (read.Code, read.Message, read.Path));
        Assert.Equal([new("$.timeout.quota", "The quota was 0; it must be 1 or more.")], read.Faults);
        Assert.Equal("why", Assert.IsType<IOException>(read.InnerException).Message);
    }

    /// <summary>As a silo of 0.1 sends it: of a failure that says nothing about it, the outcome is unknown.</summary>
    [Fact]
    public void StorageException_OfAnEarlierVersion_MayHaveBeenAttempted()
    {
        byte[] sent = Convert.FromHexString(
            "3001504f36412b43616e6f2e53746f72616765457863657074696f6e40355468"
            + "65206461746162617365206973206e6f742074686572652ec101c10161001513"
            + "80e8402773746f726167652d756e617661696c61626c65e8e0");

        StorageException read = Assert.IsType<StorageException>(serializers.Read(sent));

        Assert.Equal(
            (ErrorCodes.StorageUnavailable, "The database is not there.", false), (read.Code, read.Message, read.WasNeverAttempted));
    }
}
