namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Tests that start a cluster each: one after another, and with nothing beside them, whose load would slow both down.</summary>
[CollectionDefinition(nameof(Rehearsals), DisableParallelization = true)]
public sealed class Rehearsals;
