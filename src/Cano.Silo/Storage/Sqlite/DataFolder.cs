using System.Globalization;

namespace Cano;

/// <summary>
/// The folder that holds a process's database. It belongs to one process at a time: the operating system holds a lock on a file in it, and
/// lets go of it however the process ends.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>The folder's full path.</summary>
    internal string Path { get; }

    internal string DatabasePath => DatabasePathIn(Path);

    internal static string DatabasePathIn(string folder) => System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, "cano.db"));

    /// <summary>Makes the folder if it is missing, and takes it.</summary>
    /// <exception cref="CanoConfigurationException">Another process has it, or it can't be made or written.</exception>
    internal static DataFolder Acquire(string folder)
    {
        string path = System.IO.Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(path);
            FileStream @lock = Lock(path);
            try
            {
                File.WriteAllText(OwnerFile(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return new(path, @lock);
            }
            catch
            {
                @lock.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CanoConfigurationException(
                StorageErrorCodes.DataFolderUnusable, $"The data folder {path} can't be used: {exception.Message}", innerException: exception);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        string file = System.IO.Path.Combine(path, "cano.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException exception) when (IsLocked(exception))
        {
            throw new CanoConfigurationException(
                StorageErrorCodes.DataFolderInUse, $"The data folder {path} is in use by another process{Owner(path)}; one process at a time owns it.", innerException: exception);
        }
    }

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows.
    private static bool IsLocked(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string Owner(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(OwnerFile(path)), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                ? string.Create(CultureInfo.InvariantCulture, $" (pid {pid})")
                : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    // Not the lock file itself: no other process can read that while it is locked.
    private static string OwnerFile(string path) => System.IO.Path.Combine(path, "cano.pid");
}
