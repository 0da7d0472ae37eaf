using Cano;
using Worker;

// Serves, runs and validates batches of this workflow: the command line is that of Cano.Silo.
return await CanoHost.RunAsync(args, cano => cano.AddWorkflow(Collatz.Key, workflow => workflow
    .Start(CollatzState.Check)
    .RegisterNode(CollatzState.Check, (context, _) => new(context.Params.Number switch
    {
        < 1 => CollatzState.Rejected,
        1 => CollatzState.One,
        _ => CollatzState.Step,
    }))
    .RegisterNode<CollatzStep>(CollatzState.Step)
    .AddExitStates(CollatzState.One, CollatzState.Rejected)));
