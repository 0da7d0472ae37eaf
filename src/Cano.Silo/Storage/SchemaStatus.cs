namespace Cano;

/// <summary>How a database's schema stands to this version of the program.</summary>
/// <param name="Database">The database, as messages call it.</param>
/// <param name="Found">The number of its schema; 0: it has none.</param>
/// <param name="Known">The number that this version of the program makes and reads.</param>
/// <param name="Pending">The migrations that it lacks, in their order.</param>
internal sealed record SchemaStatus(string Database, int Found, int Known, IReadOnlyList<string> Pending)
{
    internal static SchemaStatus Of(string database, int found, IReadOnlyList<string> migrations) =>
        new(database, found, migrations.Count, [.. migrations.Skip(found)]);

    /// <summary>Refuses a database of a newer program, and one that lacks migrations where a silo is not to make them.</summary>
    /// <returns>Whether it must be migrated.</returns>
    /// <exception cref="CanoConfigurationException">It is refused.</exception>
    internal bool Check(bool mayMigrate)
    {
        if (Found > Known)
        {
            throw new CanoConfigurationException(
                StorageErrorCodes.DatabaseTooNew,
                $"The database {Database} has schema {Found}, made by a newer version of Cano; this one knows up to {Known}. Use the newer version, or another database.");
        }

        return Found < Known && (mayMigrate
            ? true
            : throw new CanoConfigurationException(
                StorageErrorCodes.DatabaseTooOld,
                $"The database {Database} has schema {Found}; this version of Cano needs {Known}. Run `database migrate`, or let silos do it: Cano:Storage:Migrate=true."));
    }
}
