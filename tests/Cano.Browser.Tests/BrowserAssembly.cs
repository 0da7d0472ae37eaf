using Cano.Tests.Browsers;
using Xunit.Sdk;
using Xunit.v3;

// A page that shares its two cores with others takes as long as they do.
[assembly: Parallelization(Mode = ParallelMode.None)]
[assembly: AssemblyFixture(typeof(SharedBrowser))]
