using Cano.Tests.Storage;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>What a pod has of a file system: an empty folder that its program starts in, and its own temporary one.</summary>
internal sealed class PodFolders : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal string Program => Directory.CreateDirectory(_folder.At("app")).FullName;

    internal string Temporary => Directory.CreateDirectory(_folder.At("tmp")).FullName;

    public void Dispose() => _folder.Dispose();
}
