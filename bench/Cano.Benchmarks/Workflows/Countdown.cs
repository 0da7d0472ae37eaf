using System.Diagnostics.CodeAnalysis;

namespace Cano.Benchmarks;

/// <summary>A store that holds only how many transitions are left: counting them must cost nothing beside what is measured.</summary>
internal sealed class Countdown : IWorkflowStore
{
    internal int Left { get; set; }

    public IReadOnlyCollection<string> Keys => [];

    public int Count => 0;

    public T Get<T>(string key) => throw new NotSupportedException();

    public bool TryGet<T>(string key, [MaybeNullWhen(false)] out T value) => throw new NotSupportedException();

    public void Put<T>(string key, T value) => throw new NotSupportedException();

    public void Append<T>(string key, T item) => throw new NotSupportedException();

    public bool Remove(string key) => throw new NotSupportedException();

    public bool Contains(string key) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();
}
