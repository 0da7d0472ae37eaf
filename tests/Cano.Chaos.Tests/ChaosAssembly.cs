using Cano.TestDatabase;
using Xunit.Sdk;
using Xunit.v3;

// Each test has a cluster of processes; several at once would measure each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(SharedPostgres))]
