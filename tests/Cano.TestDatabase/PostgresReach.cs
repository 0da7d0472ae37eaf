namespace Cano.TestDatabase;

/// <summary>Where a server listens besides 127.0.0.1, for processes in network namespaces of their own.</summary>
/// <param name="Address">An address of this machine that is there already.</param>
/// <param name="Network">From where users may come, with their passwords: <c>10.0.0.0/24</c>.</param>
public sealed record PostgresReach(string Address, string Network);
