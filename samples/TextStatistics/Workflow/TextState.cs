namespace TextStatistics;

#region the states, and what an instance is given
/// <summary>Where one file stands.</summary>
public enum TextState
{
    Load,
    Inspect,
    Count,
    Rank,
    Done,
    Rejected,
}

/// <summary>What an instance is given.</summary>
/// <param name="Path">The full path of the file: the instance may be finished by another process, started in another folder.</param>
public sealed record TextFile(string Path);
#endregion
