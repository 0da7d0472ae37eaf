using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>The host's command line. Whatever is refused ends with code 2 and one line on standard error.</summary>
internal sealed class CommandLine
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly Option<string?> _data = new("--data")
    {
        Description = "The data folder (default: ./.cano).",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "A setting, such as Cano:MaxRunningInstances=100; may be repeated.",
        HelpName = "KEY=VALUE",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _urls = new("--urls")
    {
        Description = "Where HTTP is served; several are separated by a semicolon.",
        HelpName = "URLS",
        DefaultValueFactory = _ => DefaultUrl,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the results document instead of a summary." };

    private readonly Argument<string> _file = new("FILE") { Description = "The batch as JSON; - is standard input." };

    private readonly Action<CanoBuilder>? _configure;

    private CommandLine(Action<CanoBuilder>? configure) => _configure = configure;

    internal static async Task<int> RunAsync(string[] args, Action<CanoBuilder>? configure)
    {
        try
        {
            ParseResult parsed = new CommandLine(configure).Root().Parse(args);
            if (parsed.Errors is [{ } error, ..])
            {
                return Refuse(error.Message);
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CanoException exception)
        {
            return Refuse(exception.Message);
        }
        catch (OptionsValidationException exception)
        {
            return Refuse(exception.Message);
        }
        catch (IOException exception)
        {
            // A port of HTTP that is taken, standard output that is closed.
            return Refuse(exception.Message);
        }
        catch (Exception exception) when (exception is AddressInUseException or SocketException)
        {
            return Refuse(
                $"The silo can't listen: {exception.Message}. Set Cano:SiloPort and Cano:GatewayPort to ports that are free (0: any), and Cano:AdvertisedIP to an address of this machine.");
        }
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine($"cano: {message.ReplaceLineEndings(" ")}");
        return ExitCodes.Refused;
    }

    private RootCommand Root()
    {
        _set.Validators.Add(static result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError($"--set {token.Value}: a setting is written as KEY=VALUE.");
            }
        });

        RootCommand root = new("Runs batches of concurrent workflows, durably. Without a command it serves.") { _data, _set, _urls };
        root.SetAction(ServeAsync);
        Command serve = new("serve", "Runs a silo with HTTP (the default).") { _urls };
        serve.SetAction(ServeAsync);
        Command run = new("run", "Runs one batch and prints what came of it.") { _file, _json };
        run.SetAction((parsed, _) => new RunCommand(parsed.GetRequiredValue(_file), parsed.GetValue(_json), Options(parsed), _configure).RunAsync());
        Command validate = new("validate", "Checks a batch without running it.") { _file };
        validate.SetAction((parsed, _) => new ValidateCommand(parsed.GetRequiredValue(_file), Options(parsed), _configure).RunAsync());
        root.Subcommands.Add(serve);
        root.Subcommands.Add(run);
        root.Subcommands.Add(validate);
        root.Subcommands.Add(Database());
        foreach (Command command in new ServiceCommands().All())
        {
            root.Subcommands.Add(command);
        }

        Command key = new("key", "Makes a key for the HTTP API: what a caller shows, and the hash that the settings need.");
        key.SetAction(static _ => KeyCommand.Run(Console.Out));
        root.Subcommands.Add(key);
        return root;
    }

    private Command Database()
    {
        Command status = new("status", "Says which schema the database has and which migrations are pending.");
        status.SetAction((parsed, cancellationToken) => new DatabaseCommand(Options(parsed)).StatusAsync(cancellationToken));
        Command migrate = new("migrate", "Brings the schema of the database up to date.");
        migrate.SetAction((parsed, cancellationToken) => new DatabaseCommand(Options(parsed)).MigrateAsync(cancellationToken));
        return new Command("database", "Looks after the schema of the database.") { status, migrate };
    }

    private Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellationToken) =>
        new ServeCommand(parsed.GetValue(_urls) ?? DefaultUrl, Options(parsed), _configure).RunAsync();

    private CanoHostOptions Options(ParseResult parsed)
    {
        CanoHostOptions options = new() { DataFolder = parsed.GetValue(_data) };
        foreach (string setting in parsed.GetValue(_set) ?? [])
        {
            int at = setting.IndexOf('=', StringComparison.Ordinal);
            options.Settings[setting[..at]] = setting[(at + 1)..];
        }

        return options;
    }
}
