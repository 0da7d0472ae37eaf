using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Finds everything in a JSON value that does not fit a type, by the type's contract: the serializer stops at the first. What it finds
/// beyond
/// this (the checks of converters and constructors) is left to it.
/// </summary>
internal sealed class MisfitFinder
{
    private readonly JsonSerializerOptions _options;
    private readonly List<SubmissionFault> _found = [];

    private MisfitFinder(JsonSerializerOptions options) => _options = options;

    /// <summary>Finds at most <see cref="SubmissionFault.MaxTold"/>, in the order of the JSON, what is missing last.</summary>
    internal static List<SubmissionFault> Find(JsonElement value, Type type, JsonSerializerOptions options, string path)
    {
        MisfitFinder finder = new(options);
        finder.Look(value, type, path);
        return finder._found;
    }

    private void Look(JsonElement value, Type type, string path)
    {
        if (value.ValueKind is not JsonValueKind.Null)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
        }

        JsonTypeInfo info = _options.GetTypeInfo(type);
        switch ((info.Kind, value.ValueKind))
        {
            case (JsonTypeInfoKind.Object, JsonValueKind.Object):
                if (TryFindDerived(value, ref info, path))
                {
                    LookIntoObject(value, info, path);
                }

                break;
            case (JsonTypeInfoKind.Enumerable, JsonValueKind.Array) when info.ElementType is { } element:
                int index = 0;
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Look(item, element, JsonPath.Item(path, index++));
                }

                break;
            case (JsonTypeInfoKind.Dictionary, JsonValueKind.Object) when info.ElementType is { } element:
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    Look(member.Value, element, JsonPath.Member(path, JsonShape.Name(member)));
                }

                break;
            default:
                TryRead(value, info, path);
                break;
        }
    }

    private void LookIntoObject(JsonElement value, JsonTypeInfo type, string path)
    {
        StringComparer names = _options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Dictionary<string, JsonPropertyInfo> known = new(names);
        foreach (JsonPropertyInfo property in type.Properties.Where(property => !property.IsExtensionData))
        {
            known.TryAdd(property.Name, property);
        }

        Dictionary<JsonPropertyInfo, string> seen = [];
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = JsonShape.Name(member);
            string at = JsonPath.Member(path, name);
            if (known.TryGetValue(name, out JsonPropertyInfo? property))
            {
                if (!seen.TryAdd(property, name))
                {
                    Add(at, $"the same member as '{seen[property]}'");
                }
                else
                {
                    LookAtMember(member.Value, property, at);
                }
            }
            else if (IsRefused(type) && !IsMetadata(name))
            {
                Add(at, $"unknown member; there are {JsonShape.Names(known.Values.Select(property => property.Name))}");
            }
        }

        foreach (JsonPropertyInfo property in known.Values.Where(property => property.IsRequired && !seen.ContainsKey(property)))
        {
            Add(JsonPath.Member(path, property.Name), $"missing; it must be there ({TypeText.Of(property.PropertyType)})");
        }
    }

    private void LookAtMember(JsonElement value, JsonPropertyInfo property, string path)
    {
        if (property is { CustomConverter: not null } or { Set: null, AssociatedParameter: null })
        {
            return;
        }

        if (value.ValueKind is JsonValueKind.Null && !property.IsSetNullable && !property.PropertyType.IsValueType)
        {
            Add(path, $"must not be null ({TypeText.Of(property.PropertyType)})");
        }
        else if (value.ValueKind is not JsonValueKind.Null || property.PropertyType.IsValueType)
        {
            Look(value, property.PropertyType, path);
        }
    }

    /// <summary>A value that has no parts of its own.</summary>
    private void TryRead(JsonElement value, JsonTypeInfo type, string path)
    {
        try
        {
            _ = value.Deserialize(type);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or NotSupportedException or FormatException)
        {
            string choice = type.Type.IsEnum ? $"; there are {JsonShape.Names(Enum.GetNames(type.Type))}" : "";
            Add(JsonPath.Below(path, (exception as JsonException)?.Path), $"can't be read as {TypeText.Of(type.Type)}; it is {JsonShape.Of(value)}{choice}");
        }
    }

    /// <summary>Takes the contract of the derived type that an object says it is of.</summary>
    /// <returns>False, with a fault: it does not say so, and must.</returns>
    private bool TryFindDerived(JsonElement value, ref JsonTypeInfo type, string path)
    {
        if (type.PolymorphismOptions is not { } polymorphism)
        {
            return true;
        }

        bool isSaid = value.TryGetProperty(polymorphism.TypeDiscriminatorPropertyName, out JsonElement said);
        object? discriminator = said.ValueKind switch
        {
            JsonValueKind.String => said.GetString(),
            JsonValueKind.Number when said.TryGetInt32(out int number) => number,
            _ => null,
        };
        JsonDerivedType derived = polymorphism.DerivedTypes.FirstOrDefault(one => Equals(one.TypeDiscriminator, discriminator));
        if (isSaid && derived.DerivedType is not null)
        {
            type = _options.GetTypeInfo(derived.DerivedType);
            return true;
        }

        if (!type.Type.IsAbstract && (!isSaid || polymorphism.IgnoreUnrecognizedTypeDiscriminators))
        {
            return true;
        }

        string names = JsonShape.Names(polymorphism.DerivedTypes.Select(one => $"{one.TypeDiscriminator}"));
        Add(
            JsonPath.Member(path, polymorphism.TypeDiscriminatorPropertyName),
            $"{(isSaid ? "unknown" : "missing")}; it says which type it is; there are {names}");
        return false;
    }

    /// <summary>Whether members are refused that a type has not.</summary>
    private bool IsRefused(JsonTypeInfo type)
    {
        bool keeps = type.Properties.Any(property => property.IsExtensionData);
        JsonUnmappedMemberHandling usual = keeps ? JsonUnmappedMemberHandling.Skip : _options.UnmappedMemberHandling;
        return (type.UnmappedMemberHandling ?? usual) is JsonUnmappedMemberHandling.Disallow;
    }

    /// <summary>The serializer's own, such as <c>$type</c>: it says itself what is wrong with it.</summary>
    private static bool IsMetadata(string name) => name.StartsWith('$');

    private void Add(string path, string message)
    {
        if (_found.Count < SubmissionFault.MaxTold)
        {
            _found.Add(new(path, message));
        }
    }
}
