using System.Net;
using System.Net.Sockets;

namespace Cano.Tests.Hosting;

public sealed class FreePortsTests
{
    /// <summary>A port that the system gives away by itself was taken by another process before the silo listened on it.</summary>
    [Fact]
    public void Find_Several_AreDifferentAndNoneOfThoseThatTheSystemGivesAway()
    {
        int[] ports = FreePorts.Find(50);

        Assert.Equal(50, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 1_024, 32_767));
    }

    [Fact]
    public void Find_Ports_CanBeListenedOn()
    {
        foreach (int port in FreePorts.Find(10))
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
        }
    }
}
