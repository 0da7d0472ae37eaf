using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// Takes from a scope of .NET's own container what it would dispose of: it ends at the first object that throws and leaves the others,
/// which would be lost. There is no public way; another container, or another version of this one, keeps its own manner
/// (docs/decisions/0028-a-failed-attempt-leaves-nothing.md).
/// </summary>
internal static class ScopeDisposables
{
    private const string ScopeType =
        "Microsoft.Extensions.DependencyInjection.ServiceLookup.ServiceProviderEngineScope, Microsoft.Extensions.DependencyInjection";

    private static readonly Type? s_scope = Type.GetType(ScopeType);

    private static volatile bool s_isUnknown = s_scope is null;

    /// <summary>The objects, the last made first, which the scope no longer knows; none where that can't be known.</summary>
    internal static object[] Take(IServiceProvider scope)
    {
        if (s_isUnknown || scope.GetType() != s_scope)
        {
            return [];
        }

        try
        {
            IList<object> disposables = In(scope);
            if (disposables.Count == 0)
            {
                return [];
            }

            object[] taken = [.. disposables.Reverse()];
            disposables.Clear();
            return taken;
        }
        catch (MissingMemberException)
        {
            s_isUnknown = true;
            return [];
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Disposables")]
    private static extern IList<object> In([UnsafeAccessorType(ScopeType)] object scope);
}
