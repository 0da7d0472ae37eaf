using Cano.TestDatabase;
using Xunit.Sdk;
using Xunit.v3;

// Each test has a cluster of processes and waits for it most of the time; what is measured has bounds that hold beside a second one.
[assembly: Parallelization(Mode = ParallelMode.Collections, MaxThreads = 2)]
[assembly: AssemblyFixture(typeof(SharedPostgres))]
