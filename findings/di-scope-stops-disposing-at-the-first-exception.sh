#!/usr/bin/env bash
# Microsoft.Extensions.DependencyInjection 10.0.0: a scope with three services, the second of which throws in DisposeAsync.
# Guess: the others are disposed of and the exception comes at the end; or at least another call of DisposeAsync goes on with the rest.
# Seen:  "third, second threw", then nothing: the first service is never disposed of, and the second call returns without doing anything.
# So one service that throws leaks all that the scope made before it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <OutputType>Exe</OutputType>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.DependencyInjection" Version="10.0.0" />
  </ItemGroup>
</Project>
XML
cat >Probe.cs <<'CS'
using Microsoft.Extensions.DependencyInjection;

ServiceProvider provider = new ServiceCollection().AddScoped<First>().AddScoped<Second>().AddScoped<Third>().BuildServiceProvider();
AsyncServiceScope scope = provider.CreateAsyncScope();
scope.ServiceProvider.GetRequiredService<First>();
scope.ServiceProvider.GetRequiredService<Second>();
scope.ServiceProvider.GetRequiredService<Third>();
for (int call = 1; call <= 2; call++)
{
    try
    {
        await scope.DisposeAsync();
        Console.WriteLine($"call {call} returned");
    }
    catch (InvalidOperationException exception)
    {
        Console.WriteLine($"call {call} threw: {exception.Message}");
    }
}

abstract class Service : IAsyncDisposable
{
    public virtual ValueTask DisposeAsync()
    {
        Console.WriteLine($"{GetType().Name} disposed of");
        return default;
    }
}

sealed class First : Service;

sealed class Second : Service
{
    public override ValueTask DisposeAsync() => throw new InvalidOperationException("second");
}

sealed class Third : Service;
CS

dotnet run -v q >output.txt 2>errors.txt || { cat output.txt errors.txt; exit 1; }
cat output.txt
diff output.txt - <<'TXT'
Third disposed of
call 1 threw: second
call 2 returned
TXT
