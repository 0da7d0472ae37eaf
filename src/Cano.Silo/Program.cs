return await Cano.CanoHost.RunAsync(args);
