#!/usr/bin/env bash
# xUnit v3 4.0.2 (xunit.runner.visualstudio 4.0.1) run by VSTest (Microsoft.NET.Test.Sdk 18.11.0): a class fixture throws as it is disposed of.
# Guess: the result file counts it as a failure, since `dotnet test` ends with 1.
# Seen:  `dotnet test` ends with 1, and the result file says total="1" passed="1" failed="0" error="0"; the message of the exception is in neither.
# So who adds up result files, and only those, calls such a run green.
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
    <PackageReference Include="Microsoft.NET.Test.Sdk" Version="18.11.0" />
    <PackageReference Include="xunit.v3.mtp-off" Version="4.0.2" />
    <PackageReference Include="xunit.runner.visualstudio" Version="4.0.1" />
  </ItemGroup>
</Project>
XML
cat >Probe.cs <<'CS'
public sealed class Server : IAsyncDisposable
{
    public ValueTask DisposeAsync() => throw new InvalidOperationException("something is left");
}

public sealed class Probe(Server server) : Xunit.IClassFixture<Server>
{
    [Xunit.Fact]
    public void Passes() => Xunit.Assert.NotNull(server);
}
CS

code=0
dotnet test -v q --logger "trx;LogFileName=probe.trx" --results-directory results >output.txt 2>&1 || code=$?
counters=$(grep -o '<Counters [^>]*>' results/probe.trx)
echo "exit code $code"
echo "$counters"
[ "$code" -eq 1 ]
grep -q 'passed="1" failed="0" error="0"' <<<"$counters"
! grep -q 'something is left' results/probe.trx
