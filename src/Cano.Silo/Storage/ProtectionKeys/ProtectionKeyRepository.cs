using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Cano;

/// <summary>
/// The keys of data protection as rows beside everything else, one set for each service id: what one silo has protected, another one reads,
/// and so does the process that comes after it.
/// </summary>
/// <remarks>
/// Rows are numbered from 1. A key is added under the number after the last one that was read here, so that of silos which add one at the
/// same time only one succeeds.
/// </remarks>
/// <param name="lane">The way to the database.</param>
/// <param name="source">Gives connections, inside the lane.</param>
/// <param name="service">The service id.</param>
internal sealed class ProtectionKeyRepository(IStorageLane lane, DbDataSource source, string service) : IXmlRepository
{
    private const string Read = "SELECT Xml FROM CanoProtectionKey WHERE ServiceId = @Service ORDER BY Number";

    private const string Add = "INSERT INTO CanoProtectionKey (ServiceId, Number, Name, Xml) VALUES (@Service, @Number, @Name, @Xml) ON CONFLICT DO NOTHING";

    private int _seen;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        string[] rows = [.. Run(writes: false, connection => connection.QueryAsync<string>(Read, new { Service = service }))];
        Volatile.Write(ref _seen, rows.Length);
        return [.. rows.Select(row => XElement.Parse(row))];
    }

    /// <exception cref="ProtectionKeyTakenException">Another silo has added one since they were read here.</exception>
    public void StoreElement(XElement element, string friendlyName)
    {
        int number = Volatile.Read(ref _seen) + 1;
        var row = new { Service = service, Number = number, Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) };
        if (Run(writes: true, connection => connection.ExecuteAsync(Add, row)) == 0)
        {
            throw new ProtectionKeyTakenException(string.Create(CultureInfo.InvariantCulture, $"Another silo has added key {number} of the service id {service}."));
        }

        Volatile.Write(ref _seen, number);
    }

    /// <summary>Data protection asks without awaiting, a few times in the life of a process.</summary>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "The interface has no asynchronous form; the lane answers on a thread of its own or from the pool.")]
    private T Run<T>(bool writes, Func<DbConnection, Task<T>> operation)
    {
        T answer = default!;
        lane.RunAsync(writes, async () =>
        {
            await using DbConnection connection = await source.OpenConnectionAsync();
            answer = await operation(connection);
        }).GetAwaiter().GetResult();
        return answer;
    }
}

/// <summary>Of several silos that add a key at the same time, this is not the one that did; the other's key is there to be read.</summary>
internal sealed class ProtectionKeyTakenException(string message) : Exception(message);
