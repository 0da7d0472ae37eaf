using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// How params are read: with the options of users' values, but strictly. Refused are members that the type has not (unless the type says otherwise with
/// <see cref="JsonUnmappedMemberHandlingAttribute"/>), members that are missing and have no default, null where the type says not null, and names that differ only in case.
/// </summary>
internal static class StrictJson
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> s_strict = [];

    /// <summary>The strict form of options; made once for each.</summary>
    internal static JsonSerializerOptions Of(JsonSerializerOptions values) => s_strict.GetValue(values, static values => Make(values));

    private static JsonSerializerOptions Make(JsonSerializerOptions values)
    {
        JsonSerializerOptions strict = new(values)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowDuplicateProperties = false,
        };
        strict.TypeInfoResolver = (strict.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(MakeOptionalWhatIsLeftOut);
        strict.MakeReadOnly(populateMissingResolver: true);
        return strict;
    }

    /// <summary>What these very options leave out when they write (null, say) can't be required when they read.</summary>
    private static void MakeOptionalWhatIsLeftOut(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Kind is JsonTypeInfoKind.Object ? type.Properties : [])
        {
            JsonIgnoreCondition? own = property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute ignore] ? ignore.Condition : null;
            bool isDeclaredRequired = property.AttributeProvider is MemberInfo member && member.IsDefined(typeof(RequiredMemberAttribute), inherit: false);
            if (property.IsRequired && !isDeclaredRequired && (own ?? type.Options.DefaultIgnoreCondition) is JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault)
            {
                property.IsRequired = false;
            }
        }
    }
}
