namespace Cano;

/// <summary>Which workflows there are, for whoever refuses what can't run: those of one silo, or of a whole cluster.</summary>
internal interface IKnownWorkflows
{
    /// <summary>The names to show to someone who has asked for another.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether there is a workflow of that name.</summary>
    bool IsKnown(string workflow);
}
