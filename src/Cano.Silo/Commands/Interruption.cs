using System.Runtime.InteropServices;

namespace Cano;

/// <summary>Listens to Ctrl-C and SIGTERM: the first asks the command to wind up, the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration[] _registrations;

    internal Interruption() => _registrations =
        [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];

    /// <summary>Signalled by the first signal.</summary>
    internal CancellationToken Requested => _requested.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _requested.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_requested.IsCancellationRequested)
        {
            Environment.Exit(ExitCodes.Interrupted);
        }

        _requested.Cancel();
    }
}
