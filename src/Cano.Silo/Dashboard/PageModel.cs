namespace Cano;

/// <summary>
/// What an endpoint hands to the component that renders its page. One for each request: components are public by force, and so could not
/// take what is internal as a parameter.
/// </summary>
/// <typeparam name="T">What the page shows.</typeparam>
internal sealed class PageModel<T>
{
    private T? _value;

    internal T Value
    {
        get => _value ?? throw new InvalidOperationException($"The endpoint has given the page no {typeof(T).Name}.");
        set => _value = value;
    }
}
