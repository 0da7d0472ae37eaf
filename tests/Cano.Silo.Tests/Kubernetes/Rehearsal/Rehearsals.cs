namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Tests that start a cluster each: one after another, and with nothing beside them that would make silos miss each other's probes.</summary>
[CollectionDefinition(nameof(Rehearsals), DisableParallelization = true)]
public sealed class Rehearsals;
