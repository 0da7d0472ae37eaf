using Cano;
using Cano.CrashHost;

// The host as it is, but for what the environment asks for: see CrashPoint, FaultPoint, CatalogWatch, Trail and Sharing.
return await CanoHost.RunAsync(args, cano =>
{
    cano.AddWorkflow(Trail.Key, Trail.Define).AddWorkflow(Sharing.Key, Sharing.Define).AddWorkflow(Carrying.Key, Carrying.Define).AddWorkflow(Behaving.Key, Behaving.Define);
    SiloVoice.AddTo(cano.Services);
    CatalogWatch.AddTo(cano.Services);
    ActivationVoice.AddTo(cano.Services);
    CrashPoint.FromEnvironment()?.AddTo(cano.Services);
    FaultyStorage.AddTo(cano.Services);
});
