namespace Cano;

/// <summary>
/// The Cano host as a library: a program of one's own becomes a host with its own workflows.
/// <code>return await CanoHost.RunAsync(args, cano => cano.AddWorkflow(Orders.Price, workflow => ...));</code>
/// </summary>
public static class CanoHost
{
    /// <summary>
    /// Runs the command line: <c>serve</c> (the default), <c>run FILE</c>, <c>validate FILE</c>, <c>database status</c>, <c>database
    /// migrate</c>.
    /// </summary>
    /// <param name="args">The arguments of the program.</param>
    /// <param name="configure">Registers workflows and changes options; <c>cano.simulate</c> is there in any case.</param>
    /// <returns>The exit code: 0 done, 1 something failed, 2 refused, 130 interrupted.</returns>
    public static Task<int> RunAsync(string[] args, Action<CanoBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        return CommandLine.RunAsync(args, configure);
    }

    /// <summary>
    /// Starts a silo inside this process, for a program that starts batches itself. It listens on a free port of this machine only.
    /// </summary>
    /// <param name="options">The data folder and settings; the defaults if left out.</param>
    /// <param name="configure">Registers workflows and changes options; <c>cano.simulate</c> is there in any case.</param>
    /// <param name="cancellationToken">Breaks the start off.</param>
    /// <returns>The silo, ready to work; batches that an earlier process left unfinished go on by themselves.</returns>
    /// <exception cref="CanoConfigurationException">A setting or definition is not valid, or another process owns the data
    /// folder.</exception>
    public static Task<EmbeddedCano> StartEmbeddedAsync(
        CanoHostOptions? options = null, Action<CanoBuilder>? configure = null, CancellationToken cancellationToken = default) =>
        EmbeddedCano.StartAsync(options ?? new(), configure, cancellationToken);
}
