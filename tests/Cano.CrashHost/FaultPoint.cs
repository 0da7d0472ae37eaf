using System.Globalization;
using Orleans.Runtime;

namespace Cano.CrashHost;

/// <summary>
/// A fault that one batch meets at one of its writes, once in the life of a cluster: <c>BATCH: HOW WHAT NUMBER</c>, where WHAT is a row (all segments being one) or
/// <c>results</c>, and NUMBER counts the writes of such rows of this batch in this process, or says how many results are then durable.
/// </summary>
public sealed class FaultPoint
{
    /// <summary>The faults of a cluster, separated by semicolons.</summary>
    public const string Variable = "CANO_TEST_FAULTS";

    /// <summary>A folder that the silos of a cluster share: a file for each fault that has struck.</summary>
    public const string FolderVariable = "CANO_TEST_FAULTS_FOLDER";

    private readonly string _marker;
    private readonly string _what;
    private readonly int _number;

    private FaultPoint(string text, string folder)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Batch = words[0].TrimEnd(':');
        How = Enum.Parse<Fault>(words[1]);
        _what = words[2];
        _number = int.Parse(words[3], CultureInfo.InvariantCulture);
        _marker = MarkerOf(folder, Batch);
    }

    internal string Batch { get; }

    internal Fault How { get; }

    /// <summary>The file that is there once the fault of a batch has struck.</summary>
    public static string MarkerOf(string folder, string batch) => Path.Combine(folder, batch);

    internal static FaultPoint[] FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(point => new FaultPoint(point, Environment.GetEnvironmentVariable(FolderVariable)!))]
        : [];

    /// <summary>Whether a write of this batch is the one.</summary>
    /// <param name="row">The row.</param>
    /// <param name="writes">How many such rows of the batch this process has written, this one included.</param>
    /// <param name="results">How many results are durable once this one is; null: this row has none.</param>
    internal bool Is(string row, int writes, int? results) => _what == "results" ? results >= _number : row == _what && writes == _number;

    /// <summary>Takes the fault, for this process.</summary>
    /// <returns>False: it has struck before, here or in another silo.</returns>
    internal bool TryTake()
    {
        try
        {
            using FileStream marker = new(_marker, FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(_marker))
        {
            return false;
        }
    }
}

/// <summary>What goes wrong at a write.</summary>
public enum Fault
{
    /// <summary>The process dies before it.</summary>
    KillBefore,

    /// <summary>It lands, and the process dies before anyone hears of it.</summary>
    KillAfter,

    /// <summary>It lands, and a time-out is reported.</summary>
    LostReply,

    /// <summary>It does not land, and a time-out is reported.</summary>
    TimesOut,

    /// <summary>It does not land, for the row is said to be another than the writer knows.</summary>
    Refused,
}
