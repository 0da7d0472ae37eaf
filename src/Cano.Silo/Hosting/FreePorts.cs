using System.Net;
using System.Net.Sockets;

namespace Cano;

/// <summary>
/// Finds ports that nobody listens on at the moment. Whoever asks listens a little later, so they are chosen at random from below those
/// that systems give away by themselves (from 32768 on Linux, from 49152 elsewhere): one of those is soon taken by any connection to
/// elsewhere, or by the next program that asks for a free one.
/// </summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int End = 30_000;

    /// <summary>A port each, all different.</summary>
    /// <exception cref="SocketException">There are none.</exception>
    internal static int[] Find(int count)
    {
        List<TcpListener> listeners = [];
        try
        {
            while (listeners.Count < count)
            {
                listeners.Add(Listen());
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }

    private static TcpListener Listen()
    {
        for (int attempt = 1; ; attempt++)
        {
            TcpListener listener = new(IPAddress.Loopback, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied && attempt < 1_000)
            {
                listener.Dispose();
            }
        }
    }
}
