namespace Cano;

/// <summary>What Cano needs of a silo's grain storage.</summary>
public static class SiloStorage
{
    /// <summary>The name of the grain storage provider that holds everything of Cano's: <c>cano</c>.</summary>
    public const string ProviderName = "cano";
}
