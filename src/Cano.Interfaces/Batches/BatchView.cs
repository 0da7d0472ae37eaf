using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>
/// A status, and how many results of each partition it counts: what a reader may read and be sure that the status includes it.
/// </summary>
/// <param name="Version">Grows with every change; starts anew, above any earlier one, when the batch's activation moves.</param>
/// <param name="Status">The status.</param>
/// <param name="Digest">The batch's <see cref="BatchHeader.Digest"/>: with it come the partitions' keys.</param>
/// <param name="Sizes">How many instances each partition has.</param>
/// <param name="Final">How many outcomes of each partition are final, cancelled ones included.</param>
/// <param name="Hosted">True: the only partition lives in the batch's own grain, which is to be asked for its results.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchView")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record BatchView(
    [property: Id(0)] long Version,
    [property: Id(1)] BatchStatus Status,
    [property: Id(2)] string Digest,
    [property: Id(3)] int[] Sizes,
    [property: Id(4)] int[] Final,
    [property: Id(5)] bool Hosted = false)
{
    /// <summary>
    /// The partitions whose rows were lost, in order: their instances are Failed, and what they were is not known any more. Null: none.
    /// </summary>
    [Id(6)]
    public int[]? Lost { get; init; }

    /// <summary>
    /// What tells the batch from others that bore its id; with it comes the key of its shared store. Null for batches that were started
    /// before there were incarnations.
    /// </summary>
    [Id(7)]
    public string? Incarnation { get; init; }
}
