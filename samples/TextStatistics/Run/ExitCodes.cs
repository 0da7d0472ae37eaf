namespace TextStatistics;

/// <summary>What the program ends with, as Cano's own host.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;

    /// <summary>Some files could not be read.</summary>
    internal const int Failed = 1;

    /// <summary>Arguments that can't be followed, or a data folder that another process uses.</summary>
    internal const int Refused = 2;

    internal const int Interrupted = 130;
}
