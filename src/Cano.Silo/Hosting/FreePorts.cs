using System.Net;
using System.Net.Sockets;

namespace Cano;

/// <summary>Finds ports that nobody listens on at the moment.</summary>
internal static class FreePorts
{
    /// <summary>A port each, all different.</summary>
    internal static int[] Find(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        try
        {
            return [.. listeners.Select(listener =>
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            })];
        }
        finally
        {
            Array.ForEach(listeners, listener => listener.Dispose());
        }
    }
}
