using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>How this process writes users' values as JSON and reads them, and what it knows about the types that it wrote so far.</summary>
/// <remarks>
/// There is one format for each process, not one for each silo: stores, params and results are made and read where no silo or client is at
/// hand. It never changes; an extension takes effect by making the next one.
/// </remarks>
internal sealed class ValueFormat
{
    private static readonly Lock s_gate = new();
    private static volatile ValueFormat s_current = new([]);

    private readonly ConcurrentDictionary<Type, ValueContract> _contracts = new();
    private readonly Lazy<JsonSerializerOptions> _checkingText;

    private ValueFormat(Action<JsonSerializerOptions>[] extensions)
    {
        Extensions = extensions;
        Options = Make(extensions);
        Compact = new(Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        Compact.MakeReadOnly();
        _checkingText = new(() => TextFaults.Refusing(Options));
        Fingerprint = FingerprintOf(Options);
    }

    internal static ValueFormat Current => s_current;

    internal JsonSerializerOptions Options { get; }

    /// <summary>What <see cref="Extend"/> was given, in that order.</summary>
    internal IReadOnlyList<Action<JsonSerializerOptions>> Extensions { get; }

    /// <summary>
    /// <see cref="Options"/>, but writing letters of all languages as they are: it reads as the same value and is shorter.
    /// </summary>
    internal JsonSerializerOptions Compact { get; }

    /// <summary>Like <see cref="Options"/>, but refusing text that is not well formed.</summary>
    internal JsonSerializerOptions CheckingText => _checkingText.Value;

    /// <summary>The same for formats that have the same converters and the same settings: 16 hexadecimal digits.</summary>
    internal string Fingerprint { get; }

    /// <summary>Extends the format from now on. The same extension again (a silo and a client in one process) changes nothing.</summary>
    internal static void Extend(Action<JsonSerializerOptions> extension)
    {
        lock (s_gate)
        {
            if (!s_current.Extensions.Contains(extension))
            {
                s_current = new([.. s_current.Extensions, extension]);
            }
        }
    }

    /// <summary>What is known about a type; worked out when it is first used.</summary>
    internal ValueContract ContractOf(Type type) =>
        _contracts.TryGetValue(type, out ValueContract? known) ? known : _contracts.GetOrAdd(type, new ValueContract(type, this));

    private static JsonSerializerOptions Make(Action<JsonSerializerOptions>[] extensions)
    {
        JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
        {
            IncludeFields = true,
            AllowOutOfOrderMetadataProperties = true,
        };
        foreach (Action<JsonSerializerOptions> extension in extensions)
        {
            extension(options);
        }

        // Behind the converters of the extensions, since the first one that can is taken; and types that a generated context lacks are
        // read by reflection.
        options.Converters.Add(new JsonStringEnumConverter());
        options.TypeInfoResolver = JsonTypeInfoResolver
            .Combine(options.TypeInfoResolver, new DefaultJsonTypeInfoResolver())
            .WithAddedModifier(WrittenObjects.Watch);
        options.MakeReadOnly();
        return options;
    }

    private static string FingerprintOf(JsonSerializerOptions options)
    {
        IEnumerable<string> parts = options.Converters.Select(converter => converter.GetType().FullName ?? "").Order(StringComparer.Ordinal)
            .Append($"{options.PropertyNamingPolicy?.GetType()} {options.DictionaryKeyPolicy?.GetType()}")
            .Append($"{options.ReferenceHandler?.GetType()}")
            .Append($"{options.NumberHandling} {options.DefaultIgnoreCondition} {options.UnmappedMemberHandling}")
            .Append($"{options.PropertyNameCaseInsensitive} {options.IncludeFields} {options.IgnoreReadOnlyProperties}")
            .Append($"{options.IgnoreReadOnlyFields} {options.RespectNullableAnnotations} {options.RespectRequiredConstructorParameters}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 8));
    }
}
