using TextStatistics;

namespace Cano.Samples.Tests.Files;

public sealed class TextFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Find_NestedFolders_YieldsEveryFileInOrdinalOrder()
    {
        string[] files = [_temporary.Write("B", []), _temporary.Write("a/.hidden", "x"u8), _temporary.Write("a/bin/c", "x"u8)];
        Assert.Equal(files, Named("data").Find().Select(file => file.Path));
    }

    [Fact]
    public void Find_SymbolicLinks_AreNotFollowed()
    {
        string file = _temporary.Write("folder/file", "x"u8);
        Directory.CreateSymbolicLink(_temporary.At("folder", "loop"), _temporary.FullPath);
        File.CreateSymbolicLink(_temporary.At("link"), file);
        File.CreateSymbolicLink(_temporary.At("nowhere"), _temporary.At("missing"));
        Assert.Equal([file], Named("data").Find().Select(found => found.Path));
    }

    [Fact]
    public void Find_DataFolderWithin_IsLeftOut()
    {
        _temporary.Write("data/cano.db", "x"u8);
        string file = _temporary.Write("file", "x"u8);
        Assert.Equal([file], Named("data").Find().Select(found => found.Path));
    }

    [Fact]
    public void Sources_FolderBelowTheSolution_AreAllButHiddenAndBuilt()
    {
        string[] files = [_temporary.Write("Cano.sln", "x"u8), _temporary.Write("src/A/A.cs", "x"u8)];
        _temporary.Write(".git/HEAD", "x"u8);
        _temporary.Write("src/A/bin/A.dll", "x"u8);
        _temporary.Write("src/A/obj/A.json", "x"u8);
        _temporary.Write("src/A/packages.lock.json", "x"u8);
        Assert.Equal(files, TextFolder.Sources(_temporary.At("src", "A", "bin"))?.Find().Select(found => found.Path));
    }

    private TextFolder Named(string dataFolder) => TextFolder.Named(_temporary.FullPath, _temporary.At(dataFolder));
}
