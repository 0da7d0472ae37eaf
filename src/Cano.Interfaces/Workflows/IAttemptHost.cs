namespace Cano;

/// <summary>What a run gives to its attempts beside the data of the instance.</summary>
internal interface IAttemptHost
{
    /// <summary>The services of the scope in which the present attempt runs.</summary>
    IServiceProvider Services { get; }
}
