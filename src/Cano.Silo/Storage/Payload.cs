using Orleans.Storage;

namespace Cano;

/// <summary>A grain's state once it is bytes: what the relational provider is given instead of the state itself.</summary>
internal sealed class Payload
{
    internal BinaryData? Bytes { get; init; }
}

/// <summary>Hands the bytes through, since they were made, or will be read, by <see cref="CanoGrainStorage"/>.</summary>
internal sealed class PayloadSerializer : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) =>
        input is Payload { Bytes: { } bytes } ? bytes : throw new NotSupportedException($"Only a {nameof(Payload)} goes to the database; this was {typeof(T)}.");

    public T? Deserialize<T>(BinaryData input) =>
        new Payload { Bytes = input } is T payload ? payload : throw new NotSupportedException($"Only a {nameof(Payload)} comes from the database; asked for was {typeof(T)}.");
}
