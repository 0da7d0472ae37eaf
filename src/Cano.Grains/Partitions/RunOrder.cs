namespace Cano;

/// <summary>What orders mean for a partition's runs.</summary>
internal enum RunOrder
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>Instances may start.</summary>
    Start,

    /// <summary>Every run stops, and none starts any more.</summary>
    Stop,
}
