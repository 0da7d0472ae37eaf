using System.Security.Cryptography;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using Orleans.Runtime.Messaging;

namespace Cano;

/// <summary>
/// Turns whatever goes wrong into problem details (RFC 9457) with a stable <c>code</c>; what a caller can't mend is logged and not told.
/// </summary>
internal sealed partial class ApiProblems(IProblemDetailsService problems, ILogger<ApiProblems> logger) : IExceptionHandler
{
    private const string Code = "code";

    /// <summary>How the host's problem details are completed: all of them have a code, also those of the framework.</summary>
    internal static void Customize(ProblemDetailsContext context)
    {
        int status = context.ProblemDetails.Status ?? context.HttpContext.Response.StatusCode;
        context.ProblemDetails.Extensions.TryAdd(Code, CodeOf(status));
        context.ProblemDetails.Extensions.Remove("traceId");
        context.ProblemDetails.Type = $"urn:cano:problem:{context.ProblemDetails.Extensions[Code]}";
        context.ProblemDetails.Title = ReasonPhrases.GetReasonPhrase(status);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            return true;
        }

        Problem problem = Of(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError)
        {
            LogFailed(problem.Status is StatusCodes.Status503ServiceUnavailable ? LogLevel.Warning : LogLevel.Error, exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        if (problem.Status is StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = "1";
        }

        if (MayBeUnread(httpContext.Request, problem.Status))
        {
            // The server ends a connection on which much is still to come: whoever keeps connections must not send the next request into
            // that.
            httpContext.Response.Headers.Connection = "close";
        }

        httpContext.Response.StatusCode = problem.Status;
        ProblemDetailsContext context = new() { HttpContext = httpContext, Exception = exception };
        context.ProblemDetails.Status = problem.Status;
        context.ProblemDetails.Detail = problem.Detail;
        context.ProblemDetails.Extensions[Code] = problem.Code;
        if (problem.Faults.Count > 0)
        {
            context.ProblemDetails.Extensions["errors"] = problem.Faults
                .GroupBy(fault => fault.Path, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Select(fault => fault.Message).ToArray(), StringComparer.Ordinal);
        }

        return await problems.TryWriteAsync(context);
    }

    private static bool MayBeUnread(HttpRequest request, int status) =>
        HttpMethods.IsPost(request.Method) && (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout || request.ContentLength is null or > 64 * 1024);

    private static Problem Of(Exception exception) => exception switch
    {
        ApiException refused => new(refused.Status, refused.Code, refused.Message, [.. refused.Faults.SelectMany(FaultsOf)]),
        BatchNotFoundException or BatchPurgedException or BatchConflictException or BatchNotFinishedException => Known(exception, exception switch
        {
            BatchNotFoundException => StatusCodes.Status404NotFound,
            BatchPurgedException => StatusCodes.Status410Gone,
            _ => StatusCodes.Status409Conflict,
        }),
        CanoConfigurationException { Code: ErrorCodes.NotPrepared } => Known(exception, StatusCodes.Status409Conflict),
        CanoConfigurationException fault => Known(exception, StatusCodes.Status400BadRequest) with { Faults = FaultsOf(fault) },
        WorkflowNotRegisteredException => Known(exception, StatusCodes.Status400BadRequest) with
        {
            Faults = [new("$.instances", exception.Message)],
        },
        StorageException { Code: ErrorCodes.StorageUnavailable } or HostStoppedException => Known(exception, StatusCodes.Status503ServiceUnavailable),
        CanoException => Known(exception, StatusCodes.Status500InternalServerError),

        // The keys for it are in the database.
        CryptographicException { InnerException: StorageException inner } => Of(inner),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(
            StatusCodes.Status413PayloadTooLarge,
            CodeOf(StatusCodes.Status413PayloadTooLarge),
            "The body is larger than is taken. Send large batches line by line (application/x-ndjson); the limits are Cano:Http:MaxRequestBytes and Cano:Http:MaxStreamBytes.",
            []),
        BadHttpRequestException bad => new(bad.StatusCode, CodeOf(bad.StatusCode), bad.Message, []),
        TimeoutException or OrleansMessageRejectionException or ConnectionFailedException or SiloUnavailableException => new(
            StatusCodes.Status503ServiceUnavailable, CodeOf(StatusCodes.Status503ServiceUnavailable), "The cluster did not answer in time; ask again.", []),
        _ => new(StatusCodes.Status500InternalServerError, CodeOf(StatusCodes.Status500InternalServerError), "The host failed; its log says why.", []),
    };

    private static IReadOnlyList<SubmissionFault> FaultsOf(CanoConfigurationException exception) =>
        exception.Faults is { Count: > 0 } faults ? faults : [new("$", exception.Message)];

    private static Problem Known(Exception exception, int status) => new(status, ((CanoException)exception).Code, exception.Message, []);

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad-request",
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not-found",
        StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
        StatusCodes.Status408RequestTimeout => "request-timeout",
        StatusCodes.Status413PayloadTooLarge => "request-too-large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported-media-type",
        StatusCodes.Status429TooManyRequests => "too-many-requests",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        _ => "internal-error",
    };

    [LoggerMessage(EventId = 9002, Message = "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, LogLevel level, Exception exception, string method, string path);

    private void LogFailed(LogLevel level, Exception exception, string method, string path) => LogFailed(logger, level, exception, method, path);

    private sealed record Problem(int Status, string Code, string Detail, IReadOnlyList<SubmissionFault> Faults);
}

/// <summary>A request is refused.</summary>
internal sealed class ApiException(int status, string code, string message, IReadOnlyList<CanoConfigurationException>? faults = null) : Exception(message)
{
    internal int Status => status;

    internal string Code => code;

    /// <summary>What is wrong with a body, by its place.</summary>
    internal IReadOnlyList<CanoConfigurationException> Faults => faults ?? [];

    /// <summary>A body that is not valid.</summary>
    internal static ApiException Refused(IReadOnlyList<CanoConfigurationException> faults) =>
        new(StatusCodes.Status400BadRequest, faults[0].Code, faults.Count == 1 ? faults[0].Message : $"{faults[0].Message} (and {faults.Count - 1} more)", faults);

    /// <summary>A parameter of the query or path that is not valid.</summary>
    internal static ApiException Parameter(string name, string message) =>
        new(StatusCodes.Status400BadRequest, "invalid-parameter", $"{name}: {message}", [new("invalid-parameter", message, name)]);

    /// <summary>An instance that a batch does not have.</summary>
    internal static ApiException NoInstance(string batchId) =>
        new(StatusCodes.Status404NotFound, "instance-not-found", $"Batch '{batchId}' has no instance of the id that was asked for.");
}
