namespace Cano;

/// <summary>Why someone is not signed in. Its name is in the address where a redirect leads to the page.</summary>
internal enum SignInFault
{
    /// <summary>Nothing was wrong so far.</summary>
    None = 0,

    /// <summary>The key or token is not known.</summary>
    Unknown = 1,

    /// <summary>Nothing was entered.</summary>
    Empty = 2,

    /// <summary>The provider knows the person, but grants neither role.</summary>
    Role = 3,

    /// <summary>The provider did not answer, refused, or was left.</summary>
    Provider = 4,
}
