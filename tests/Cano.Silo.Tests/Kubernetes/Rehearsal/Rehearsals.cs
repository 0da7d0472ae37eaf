namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Tests that start a cluster each: one after another, beside others.</summary>
[CollectionDefinition(nameof(Rehearsals))]
public sealed class Rehearsals;
