using System.Diagnostics;
using Cano.Tests.Packaging;
using k8s.Models;

namespace Cano.Tests.Kubernetes;

/// <summary>A process as its security context has it: another user without any rights, and a file system of which only what is mounted can be written.</summary>
internal static class ContainerSandbox
{
    /// <summary>Binds what the image has to where that user can read it, gives the process a <c>/tmp</c> of its own, and takes away the right to write all else; then becomes the program.</summary>
    private const string Enter =
        """
        set -e
        mount -t tmpfs -o mode=755 image /media
        mkdir /media/app /media/dotnet
        mount --bind "$1" /media/app
        mount --bind "$2" /media/dotnet
        mount -t tmpfs -o mode=1777 tmp /tmp
        for at in $(cut -d ' ' -f 5 /proc/self/mountinfo); do
            case $at in
                /tmp | /tmp/* | /proc | /proc/* | /dev | /dev/* | /sys | /sys/*) ;;
                *) mount -o remount,bind,ro "$at" || true ;;
            esac
        done
        cd /media/app
        user=$3 group=$4 program=$5
        shift 5
        exec setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- /media/dotnet/dotnet "/media/app/$program.dll" "$@"
        """;

    /// <summary>Skips the test where there is no such thing. In CI it must be root that runs it; a kernel that refuses is no failure anywhere.</summary>
    internal static async Task RequireAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "Only root may mount, and in CI nothing is skipped.");
            Assert.Skip("Only root may mount.");
        }

        string? fault = await TryAsync();
        Assert.SkipWhen(fault is not null, $"This machine gives no process mounts of its own: {fault}");
    }

    /// <summary>The command that runs a program which stands beside the tests.</summary>
    internal static string[] Command(V1PodSpec pod, V1Container container, string program, string[] arguments)
    {
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["/tmp"], container.VolumeMounts.Select(mount => mount.MountPath));
        return
        [
            "unshare", "--mount", "--propagation", "private", "sh", "-c", Enter, "enter",
            AppContext.BaseDirectory, DotnetProgram.Root, $"{pod.SecurityContext.RunAsUser}", $"{pod.SecurityContext.RunAsGroup}", program, .. arguments,
        ];
    }

    /// <summary>Where a process may write.</summary>
    internal static string[] WritableMounts(int process) =>
    [
        .. File.ReadLines($"/proc/{process}/mountinfo").Select(line => line.Split(' ')).Where(mount => mount[5].Split(',').Contains("rw")).Select(mount => mount[4]),
    ];

    private static async Task<string?> TryAsync()
    {
        using Process process = Process.Start(new ProcessStartInfo("sh", ["-c", "unshare --mount --propagation private mount -t tmpfs try /media && setpriv --version"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string said = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : said.Trim();
    }
}
