namespace Cano;

/// <summary>The names of an enum's values, where a value may have several or be a combination.</summary>
internal static class StateNames<TState>
    where TState : struct, Enum
{
    private static readonly string[] s_names = Enum.GetNames<TState>();
    private static readonly bool s_isFlags = typeof(TState).IsDefined(typeof(FlagsAttribute), inherit: false);

    /// <summary>Whether it is a member of the enum, or a combination of members if these are flags.</summary>
    internal static bool IsMember(TState state) => Enum.IsDefined(state) || (s_isFlags && IsName(state.ToString()));

    /// <summary>The value of a name, be it the one that <see cref="Enum.ToString()"/> gives or an alias.</summary>
    internal static bool TryGet(string name, out TState state)
    {
        state = default;
        return IsName(name) && Enum.TryParse(name, out state);
    }

    /// <summary>All names of a value.</summary>
    internal static string[] Of(TState state) => [.. s_names.Where(name => Enum.Parse<TState>(name).Equals(state))];

    /// <summary>The value for a message, with all its names if it has several.</summary>
    internal static string Text(TState state) => Of(state) is { Length: > 1 } names ? string.Join(" = ", names) : state.ToString();

    /// <summary>Values without a name are written as numbers.</summary>
    private static bool IsName(string text) => text.Length > 0 && !char.IsAsciiDigit(text[0]) && text[0] is not ('-' or '+');
}
