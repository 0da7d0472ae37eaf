using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cano.Engine.Tests;

/// <summary>A log entry, and the scopes that it was written in.</summary>
internal sealed record LogEntry(
    string Category, LogLevel Level, int EventId, string Message, Exception? Exception, IReadOnlyDictionary<string, object?> Scope);

/// <summary>Keeps what is logged.</summary>
internal sealed class LogRecorder : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    internal ConcurrentQueue<LogEntry> Entries { get; } = new();

    internal IEnumerable<LogEntry> Of(int eventId) => Entries.Where(entry => entry.EventId == eventId);

    internal ILoggerFactory CreateFactory() => LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this));

    internal IServiceCollection Services() => new ServiceCollection().AddSingleton(CreateFactory());

    /// <summary>Services of which the loggers are the only ones.</summary>
    internal ServiceProvider Provider => field ??= Services().BuildServiceProvider();

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => recorder._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Dictionary<string, object?> scope = [];
            recorder._scopes?.ForEachScope(
                static (one, into) =>
                {
                    foreach ((string name, object? value) in one as IEnumerable<KeyValuePair<string, object?>> ?? [])
                    {
                        into[name] = value;
                    }
                },
                scope);
            recorder.Entries.Enqueue(new(category, logLevel, eventId.Id, formatter(state, exception), exception, scope));
        }
    }
}
