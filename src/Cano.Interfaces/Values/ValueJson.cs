using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>Writes users' values so that they can be read back whole, or refuses them.</summary>
internal static class ValueJson
{
    /// <summary>Writes a value as UTF-8 JSON.</summary>
    /// <typeparam name="T">
    /// What it is written as; a value known only as <see cref="object"/> is written as the type that it has.
    /// </typeparam>
    /// <param name="value">The value.</param>
    /// <param name="place">Where it is put.</param>
    /// <param name="compact">True: letters of all languages are written as they are.</param>
    /// <returns>The JSON.</returns>
    /// <exception cref="CanoConfigurationException">It can't be kept whole (code <c>unstorable-value</c>).</exception>
    internal static byte[] Write<T>(T value, ValuePlace place, bool compact = false)
    {
        Type type = typeof(T) == typeof(object) && value is not null ? value.GetType() : typeof(T);
        ValueContract contract = ValueFormat.Current.ContractOf(type);
        if (contract.Fault is { } lossy)
        {
            throw Refusal(type, place, lossy);
        }

        JsonTypeInfo info = compact ? contract.Compact : contract.TypeInfo;
        byte[] json;
        try
        {
            json = info is JsonTypeInfo<T> typed
                ? JsonSerializer.SerializeToUtf8Bytes(value, typed)
                : JsonSerializer.SerializeToUtf8Bytes(value, info);
            if (TextFaults.MayHide(json))
            {
                TextFaults.Require(value, contract);
            }
        }
        catch (Exception exception)
        {
            // Whatever it is (a cycle, NaN, a getter that throws), it says that this value can't be kept.
            SubmissionFault fault = UnwritableFinder.Find(value, type, contract.Format.CheckingText, exception);
            throw Refusal(type, place, fault, exception);
        }

        if (contract.IsUntried(place))
        {
            if (RoundTrip.Fault(json, info) is { } changed)
            {
                throw Refusal(type, place, changed);
            }

            contract.NoteTried(place);
        }

        return json;
    }

    /// <summary>Reads a value.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="place">Where it was put.</param>
    /// <returns>A value of its own.</returns>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    internal static T Read<T>(ReadOnlySpan<byte> json, ValuePlace place)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, ValueFormat.Current.Options)!;
        }
        catch (Exception exception)
        {
            // Whatever it is (another kind of value, a type that JSON can't make, a constructor that throws), it says that this is no T.
            throw new InvalidCastException($"{place} can't be read as {TypeText.Of(typeof(T))}: {exception.Message}", exception);
        }
    }

    private static CanoConfigurationException Refusal(Type type, ValuePlace place, SubmissionFault fault, Exception? thrown = null) =>
        new(ErrorCodes.UnstorableValue, $"{place} ({TypeText.Of(type)}) can't be kept whole: {fault}", fault.Path, thrown);
}
