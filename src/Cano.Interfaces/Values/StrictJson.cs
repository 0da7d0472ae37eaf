using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// How params are read: with the options of users' values, but strictly. Refused are members that the type has not (unless the type says
/// otherwise with
/// <see cref="JsonUnmappedMemberHandlingAttribute"/>), members that are missing and have no default, null where the type says not null, and
/// names that differ only in case.
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
        IJsonTypeInfoResolver resolver = strict.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver();
        strict.TypeInfoResolver = resolver.WithAddedModifier(MakeOptionalWhatIsLeftOut);
        strict.MakeReadOnly(populateMissingResolver: true);
        return strict;
    }

    /// <summary>What these very options leave out when they write (null, say) can't be required when they read.</summary>
    private static void MakeOptionalWhatIsLeftOut(JsonTypeInfo type)
    {
        foreach (JsonPropertyInfo property in type.Kind is JsonTypeInfoKind.Object ? type.Properties : [])
        {
            MemberInfo? member = property.AttributeProvider as MemberInfo;
            JsonIgnoreCondition? own = member?.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition;
            bool mayBeLeftOut =
                (own ?? type.Options.DefaultIgnoreCondition) is JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault;
            bool isDeclaredRequired = member?.IsDefined(typeof(RequiredMemberAttribute), inherit: false) is true;
            if (property.IsRequired && mayBeLeftOut && !isDeclaredRequired)
            {
                property.IsRequired = false;
            }
        }
    }
}
