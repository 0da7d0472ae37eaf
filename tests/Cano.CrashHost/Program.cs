using Cano;
using Cano.CrashHost;

// The host as it is, but for what the environment asks for: see CrashPoint and Trail.
return await CanoHost.RunAsync(args, cano =>
{
    cano.AddWorkflow(Trail.Key, Trail.Define);
    CatalogWatch.AddTo(cano.Services);
    CrashPoint.FromEnvironment()?.AddTo(cano.Services);
});
