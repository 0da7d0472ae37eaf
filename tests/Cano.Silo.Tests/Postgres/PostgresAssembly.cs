using Cano.TestDatabase;

[assembly: AssemblyFixture(typeof(SharedPostgres))]
