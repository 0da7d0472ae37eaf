using System.Globalization;

namespace Cano;

/// <summary><c>validate FILE</c>: the checks of <c>run</c>, those of the silo included, without running.</summary>
internal sealed class ValidateCommand(string file, CanoHostOptions options, Action<CanoBuilder>? configure)
{
    // The silo is made and never started.
    private static readonly SiloPorts s_noPorts = new(1, 0);

    internal async Task<int> RunAsync()
    {
        PreparedBatch batch = await BatchFile.ReadAsync(file);
        using IHost silo = EmbeddedCano.Build(HostSettings.Read(options), s_noPorts, folder: null, configure);
        try
        {
            silo.Services.GetRequiredService<BatchRules>().Check(batch.Id, batch.Header);
            LocalParams check = silo.Services.GetRequiredService<LocalParams>();
            if (await BatchParams.FindAsync(batch, check, CancellationToken.None) is { Count: > 0 } faults)
            {
                throw CanoConfigurationException.Of(ErrorCodes.InvalidParams, faults);
            }
        }
        catch (CanoException exception)
        {
            throw BatchFile.Refused(file, exception);
        }

        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{BatchFile.NameOf(file)} is valid: {batch.Header.Total} instances of {string.Join(", ", batch.Header.Workflows)}."));
        return ExitCodes.Done;
    }
}
