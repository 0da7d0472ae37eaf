namespace Cano;

/// <summary>The stable codes of <see cref="CanoException.Code"/> that storage adds to <see cref="ErrorCodes"/>.</summary>
public static class StorageErrorCodes
{
    /// <summary>Another process owns the data folder.</summary>
    public const string DataFolderInUse = "data-folder-in-use";

    /// <summary>The data folder can't be made or written, or the database in it can't be opened.</summary>
    public const string DataFolderUnusable = "data-folder-unusable";

    /// <summary>The database was written by a newer version of the program.</summary>
    public const string DatabaseTooNew = "database-too-new";

    /// <summary>The database lacks migrations, and the silo is not to make them.</summary>
    public const string DatabaseTooOld = "database-too-old";

    /// <summary>A silo that is alone shares a service id in a database with another silo.</summary>
    public const string DatabaseInUse = "database-in-use";
}
