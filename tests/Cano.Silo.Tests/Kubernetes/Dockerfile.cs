using System.Text.RegularExpressions;
using Cano.Tests.Packaging;

namespace Cano.Tests.Kubernetes;

/// <summary>A Dockerfile of the clone: its instructions, each on one line.</summary>
internal sealed partial class Dockerfile
{
    private readonly string[] _lines;

    private Dockerfile(string[] lines) => _lines = lines;

    /// <summary>What its <c>LABEL</c> says, with the defaults of its arguments.</summary>
    internal IReadOnlyDictionary<string, string> Labels => Label().Matches(Line("LABEL")).ToDictionary(
        label => label.Groups["name"].Value,
        label => All("ARG").Select(argument => argument.Split('=', 2)).Aggregate(
            label.Groups["value"].Value, (value, argument) => value.Replace($"${argument[0]}", argument[1].Trim('"'), StringComparison.Ordinal)));

    internal static Dockerfile Read(string file) => new(
    [
        .. Continued().Replace(File.ReadAllText(Path.Combine(DotnetProgram.Clone(), file)), " ").Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#')),
    ]);

    /// <summary>What each such instruction says.</summary>
    internal string[] All(string instruction) =>
        [.. _lines.Where(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..].Trim())];

    /// <summary>What the last such instruction says.</summary>
    internal string Line(string instruction) => All(instruction)[^1];

    internal string[] Words(string instruction) => Line(instruction).Split(' ');

    /// <summary>Copies what an engine would be sent: all that <c>.dockerignore</c> lets through.</summary>
    internal static void CopyContext(string folder)
    {
        string clone = DotnetProgram.Clone();
        string[] rules = [.. File.ReadAllLines(Path.Combine(clone, ".dockerignore")).Where(line => line.Length > 0 && !line.StartsWith('#'))];

        // Nothing, then what is named, then nothing of a name wherever it is: that is all this test knows.
        Assert.Equal("*", rules[0]);
        string[] sent = [.. rules.Skip(1).TakeWhile(rule => rule.StartsWith('!')).Select(rule => rule[1..])];
        string[] never = [.. rules.Skip(1 + sent.Length).Select(rule => rule["**/".Length..])];
        Assert.All(never, name => Assert.Matches("^[.a-z]+$", name));
        foreach (string path in sent)
        {
            Copy(Path.Combine(clone, path), Path.Combine(folder, path), never);
        }
    }

    private static void Copy(string from, string to, string[] never)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (string entry in Directory.GetFileSystemEntries(from).Where(entry => !never.Contains(Path.GetFileName(entry))))
        {
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)), never);
        }
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex("""(?<name>[a-z.]+)="(?<value>[^"]*)"\s*""")]
    private static partial Regex Label();
}
