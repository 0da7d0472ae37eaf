using System.Buffers;
using Newtonsoft.Json;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace Cano;

/// <summary>
/// Stands for the state of a row that is to be removed without being understood: read as this type, a row gives its ETag, and nothing of
/// what it holds is looked at, so that it may be of any type, of a later version or damaged. The storage of <c>Cano.Silo</c> does not even
/// hand its bytes on; with other providers Orleans' two serializers skip them.
/// </summary>
[JsonConverter(typeof(UnreadRowJson))]
internal sealed class UnreadRow;

/// <summary>For storage whose rows are written by Orleans' serializer.</summary>
[RegisterSerializer]
internal sealed class UnreadRowCodec : IFieldCodec<UnreadRow>
{
    public UnreadRow ReadValue<TInput>(ref Reader<TInput> reader, Field field) => new();

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, UnreadRow? value)
        where TBufferWriter : IBufferWriter<byte> => throw new NotSupportedException("A row that was not read is not written.");
}

/// <summary>For storage whose rows are JSON, as Orleans' memory storage has them unless it is told otherwise.</summary>
internal sealed class UnreadRowJson : JsonConverter<UnreadRow>
{
    public override UnreadRow ReadJson(
        JsonReader reader, Type objectType, UnreadRow? existingValue, bool hasExistingValue, JsonSerializer serializer)
    {
        reader.Skip();
        return new();
    }

    public override void WriteJson(JsonWriter writer, UnreadRow? value, JsonSerializer serializer) =>
        throw new NotSupportedException("A row that was not read is not written.");
}
