namespace Cano;

/// <summary>
/// An attempt was still running when its time was used up. Seen only within the engine: it becomes an error of kind <c>timeout</c>.
/// </summary>
internal sealed class AttemptTimeoutException(string nodeName, TimeSpan limit, Exception? thrown)
    : TimeoutException($"{nodeName} took longer than its AttemptTimeout of {limit:c}.", thrown);
