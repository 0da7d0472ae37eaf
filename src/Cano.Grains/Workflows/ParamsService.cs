using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;

namespace Cano;

/// <summary>Checks params at the request of a silo that does not have their workflows. Every silo has one.</summary>
[Alias("Cano.IParamsService")]
internal interface IParamsService : Orleans.Services.IGrainService
{
    /// <summary>Finds what does not fit.</summary>
    /// <param name="instances">Instances of workflows that this silo has.</param>
    /// <param name="places">The place in the batch of each of them.</param>
    /// <returns>The faults, as <see cref="IParamsCheck.FindAsync"/> has them.</returns>
    [ResponseTimeout("00:00:10")]
    [Alias("Find")]
    Task<SubmissionFault[]> FindAsync(InstanceSpec[] instances, int[] places);
}

/// <summary>Answers for its silo.</summary>
internal sealed class ParamsService(GrainId id, Silo silo, ILoggerFactory loggers, LocalParams local)
    : GrainService(id, silo, loggers), IParamsService
{
    public Task<SubmissionFault[]> FindAsync(InstanceSpec[] instances, int[] places) =>
        Task.FromResult<SubmissionFault[]>([.. local.Find(instances, index => places[index])]);
}

/// <summary>Asks another silo.</summary>
internal sealed class ParamsServiceClient(IServiceProvider services) : GrainServiceClient<IParamsService>(services)
{
    internal Task<SubmissionFault[]> FindAsync(SiloAddress silo, InstanceSpec[] instances, int[] places) =>
        GetGrainService(silo).FindAsync(instances, places);
}
