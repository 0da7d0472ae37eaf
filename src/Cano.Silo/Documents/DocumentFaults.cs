namespace Cano;

/// <summary>What is wrong with a document; a handful is kept, each with its place.</summary>
internal sealed class DocumentFaults
{
    internal const int Max = 20;

    private readonly List<CanoConfigurationException> _faults = [];

    internal bool Any => _faults.Count > 0;

    /// <summary>In the order found; at most <see cref="Max"/>.</summary>
    internal IReadOnlyList<CanoConfigurationException> All => _faults;

    internal void Add(string path, string message, string code = ErrorCodes.InvalidDocument) => Add(new(code, message, path));

    internal void Add(CanoConfigurationException fault)
    {
        if (_faults.Count < Max)
        {
            _faults.Add(fault);
        }
    }
}
