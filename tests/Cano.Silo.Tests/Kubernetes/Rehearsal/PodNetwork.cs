using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>
/// The network of a cluster in small: a bridge in a network namespace of its own, to which this machine and each pod have a wire. It is gone when it is disposed of, and also when this process
/// dies, and with it whatever still runs in its namespaces.
/// </summary>
internal sealed class PodNetwork : IAsyncDisposable
{
    /// <summary>Nobody has it: what is sent there is lost without a word.</summary>
    private const string Nobody = "02:00:00:00:00:01";

    private static int s_networks;

    private readonly string _name;
    private readonly string _prefix;
    private readonly Process _keeper;
    private int _pods;

    private PodNetwork(string name, string prefix)
    {
        _name = name;
        _prefix = prefix;
        _keeper = Keep(name);
    }

    /// <summary>Where pods find this machine.</summary>
    internal string Host => $"{_prefix}.1";

    internal string Subnet => $"{_prefix}.0/24";

    /// <summary>Makes it. Where that can't be done the test is skipped; in CI a missing program is a failure.</summary>
    internal static async Task<PodNetwork> CreateAsync()
    {
        await IpRoute.RequireAsync();
        PodNetwork network = new(string.Create(null, $"cn{Environment.ProcessId}n{Interlocked.Increment(ref s_networks)}"), FreePrefix());
        try
        {
            await network.BuildAsync();
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the network namespace of a pod.</summary>
    internal async Task<PodAddress> AddAsync()
    {
        int number = Interlocked.Increment(ref _pods);
        PodAddress pod = new($"{_name}x{number}", $"{_prefix}.{number + 1}");
        await IpRoute.RunAsync("netns", "add", pod.Namespace);
        await IpRoute.RunAsync("-n", pod.Namespace, "link", "set", "lo", "up");
        await IpRoute.RunAsync("-n", _name, "link", "add", $"p{number}", "type", "veth", "peer", "name", "eth0", "netns", pod.Namespace);
        await IpRoute.RunAsync("-n", _name, "link", "set", $"p{number}", "master", "br0", "up");
        await IpRoute.RunAsync("-n", pod.Namespace, "addr", "add", $"{pod.Address}/24", "dev", "eth0");
        await IpRoute.RunAsync("-n", pod.Namespace, "link", "set", "eth0", "up");
        return pod;
    }

    /// <summary>From now on nothing that either of two pods sends reaches the other; both reach everybody else. Nobody is told: connections that are open stand still.</summary>
    internal static async Task CutAsync(PodAddress one, PodAddress other)
    {
        await IpRoute.RunAsync("-n", one.Namespace, "neigh", "replace", other.Address, "lladdr", Nobody, "dev", "eth0", "nud", "permanent");
        await IpRoute.RunAsync("-n", other.Namespace, "neigh", "replace", one.Address, "lladdr", Nobody, "dev", "eth0", "nud", "permanent");
    }

    /// <summary>Ends what <see cref="CutAsync"/> began.</summary>
    internal static async Task HealAsync(PodAddress one, PodAddress other)
    {
        await IpRoute.RunAsync("-n", one.Namespace, "neigh", "del", other.Address, "dev", "eth0");
        await IpRoute.RunAsync("-n", other.Namespace, "neigh", "del", one.Address, "dev", "eth0");
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }

    /// <summary>Three numbers of an address in 10.0.0.0/8 that nothing of this machine has. They begin with the process's id, so that two runs beside each other differ.</summary>
    private static string FreePrefix()
    {
        string[] taken =
        [
            .. NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(one => one.GetIPProperties().UnicastAddresses)
                .Where(one => one.Address.AddressFamily is AddressFamily.InterNetwork)
                .Select(one => $"{one.Address}"),
        ];
        return Enumerable.Range(Environment.ProcessId, 256 * 50)
            .Select(number => $"10.{200 + (number / 256 % 50)}.{number % 256}")
            .First(prefix => !taken.Any(address => address.StartsWith($"{prefix}.", StringComparison.Ordinal)));
    }

    /// <summary>Starts the process that clears up. It waits for the end of its standard input, which comes when it is closed here and also when this process dies in whatever way.</summary>
    private static Process Keep(string name)
    {
        ProcessStartInfo start = new("sh") { RedirectStandardInput = true };
        Array.ForEach(
            [
                "-c",
                """
                trap '' INT TERM HUP
                cat >/dev/null
                for space in $(ip netns list | cut -d' ' -f1); do
                    case $space in
                        "$1" | "$1"x*)
                            for process in $(ip netns pids "$space"); do kill -9 "$process"; done
                            ip netns del "$space" ;;
                    esac
                done
                """,
                "keeper",
                name,
            ],
            start.ArgumentList.Add);
        return Process.Start(start)!;
    }

    private async Task BuildAsync()
    {
        await IpRoute.RunAsync("netns", "add", _name);
        await IpRoute.RunAsync("-n", _name, "link", "add", "br0", "type", "bridge");
        await IpRoute.RunAsync("-n", _name, "link", "set", "br0", "up");
        await IpRoute.RunAsync("link", "add", $"{_name}h", "type", "veth", "peer", "name", "host", "netns", _name);
        await IpRoute.RunAsync("-n", _name, "link", "set", "host", "master", "br0", "up");
        await IpRoute.RunAsync("addr", "add", $"{Host}/24", "dev", $"{_name}h");
        await IpRoute.RunAsync("link", "set", $"{_name}h", "up");
    }
}

/// <summary>Where a pod is.</summary>
/// <param name="Namespace">The name of its network namespace.</param>
/// <param name="Address">Its own address.</param>
internal sealed record PodAddress(string Namespace, string Address);
