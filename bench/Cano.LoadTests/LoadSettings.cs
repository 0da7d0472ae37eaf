namespace Cano.LoadTests;

/// <summary>What is to be measured.</summary>
/// <param name="Storage"><c>sqlite</c>, <c>postgres</c> or <c>memory</c>.</param>
/// <param name="Folder">The data folder of SQLite.</param>
/// <param name="Connection">How to reach the database of PostgreSQL; null for a server of this run's own.</param>
/// <param name="Instances">How many instances a batch has.</param>
/// <param name="Batches">How many batches, one after the other.</param>
/// <param name="Warmup">How many batches before the first that counts.</param>
/// <param name="MaxRunning">The silo's limit of running instances.</param>
/// <param name="Strategy"><c>forever</c>, <c>quota</c> (half of the instances), <c>duration</c> (a second, with nodes that ignore cancellation).</param>
internal sealed record LoadSettings(string Storage, string Folder, string? Connection, int Instances, int Batches, int Warmup, int MaxRunning, string Strategy);
