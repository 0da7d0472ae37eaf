using Cano.Dashboard.Batches;
using Cano.Dashboard.Cluster;
using Cano.Dashboard.Instances;
using Cano.Dashboard.Workflows;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cano;

/// <summary>
/// The page: what the API tells, for people. Rendered on the server from one request's answer, so that any silo can answer any request;
/// kept up to date by reading itself anew.
/// </summary>
internal static class DashboardPages
{
    internal static void AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.AddScoped(typeof(PageModel<>));
        services.AddDashboardAssets();
        services.AddSingleton<IProblemDetailsWriter, ProblemPageWriter>();
        services.AddSingleton<BatchPages>();
        services.AddSingleton<InstancePages>();
        services.AddSingleton<WorkflowPages>();
        services.AddSingleton<ClusterPages>();
    }

    internal static void MapDashboard(this WebApplication web)
    {
        // Not part of the API's description.
        RouteGroupBuilder pages = web.MapGroup("").ExcludeFromDescription();
        RouteGroupBuilder reading = pages.MapGroup("").RequireAuthorization(Roles.Reader);
        reading.MapGet("/", (BatchPages batches, [AsParameters] BatchListRequest request, PageModel<BatchListModel> page, CancellationToken cancellationToken) =>
            ShowAsync<BatchListPage, BatchListModel>(page, batches.ListAsync(request, cancellationToken)));
        reading.MapGet("/batches/{id}", (BatchPages batches, string id, PageModel<BatchModel> page, CancellationToken cancellationToken) =>
            ShowAsync<BatchPage, BatchModel>(page, batches.GetAsync(id, cancellationToken)));
        reading.MapGet("/batches/{id}/instances", (InstancePages instances, [AsParameters] InstanceListRequest request, PageModel<InstanceListModel> page, CancellationToken cancellationToken) =>
            ShowAsync<InstanceListPage, InstanceListModel>(page, instances.ListAsync(request, cancellationToken)));
        reading.MapGet("/batches/{id}/instances/{instanceId}", (InstancePages instances, string id, string instanceId, PageModel<InstanceModel> page, CancellationToken cancellationToken) =>
            ShowAsync<InstancePage, InstanceModel>(page, instances.GetAsync(id, instanceId, cancellationToken)));
        reading.MapGet("/batches/{id}/find", (string id, string? instance) => TypedResults.LocalRedirect($"/batches/{Uri.EscapeDataString(id)}/instances/{Uri.EscapeDataString(instance?.Trim() ?? "")}"));
        reading.MapGet("/workflows", (WorkflowPages workflows, PageModel<WorkflowListModel> page) =>
            ShowAsync<WorkflowListPage, WorkflowListModel>(page, Task.FromResult(workflows.List())));
        reading.MapGet("/workflows/{name}", (WorkflowPages workflows, string name, PageModel<WorkflowModel> page, CancellationToken cancellationToken) =>
            ShowAsync<WorkflowPage, WorkflowModel>(page, workflows.GetAsync(name, cancellationToken)));
        reading.MapGet("/cluster", (ClusterPages cluster, PageModel<ClusterModel> page) =>
            ShowAsync<ClusterPage, ClusterModel>(page, cluster.GetAsync()));
        pages.MapPost("/batches/{id}/cancel", async (BatchPages batches, string id, CancellationToken cancellationToken) =>
        {
            await batches.CancelAsync(id, cancellationToken);
            return TypedResults.LocalRedirect($"/batches/{Uri.EscapeDataString(id)}");
        }).RequireAuthorization(Roles.Operator);
    }

    private static async Task<RazorComponentResult<TPage>> ShowAsync<TPage, TModel>(PageModel<TModel> page, Task<TModel> model)
        where TPage : IComponent
    {
        page.Value = await model;
        return new RazorComponentResult<TPage>();
    }
}
