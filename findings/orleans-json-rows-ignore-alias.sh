#!/usr/bin/env bash
# Microsoft.Orleans.Server 10.4.2: a type with [Alias] that moves to another namespace, in a row that was written as JSON.
# Guess: the alias stands in the row, as it does in Orleans' binary format, so that the type can move.
# Seen:  "$type" holds the full name and the assembly; the alias is nowhere, and the row can't be read once the type has moved
#        (JsonSerializationException: Error resolving type). The binary format of the same object has the alias.
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
    <PackageReference Include="Microsoft.Orleans.Server" Version="10.4.2" />
    <PackageReference Include="Microsoft.Extensions.Hosting" Version="10.0.5" />
  </ItemGroup>
</Project>
XML
cat >Probe.cs <<'CS'
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization;

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.UseOrleans(silo => silo.UseLocalhostClustering());
IServiceProvider services = builder.Build().Services;
OrleansJsonSerializer json = services.GetRequiredService<OrleansJsonSerializer>();
string row = json.Serialize(new Shop.Order { Line = new Shop.Line() }, typeof(Shop.Order));
string binary = Encoding.Latin1.GetString(services.GetRequiredService<Serializer>().SerializeToArray<object>(new Shop.Order { Line = new Shop.Line() }));
Console.WriteLine($"JSON: alias {row.Contains("shop.order")}, name {row.Contains("\"$type\":\"Shop.Order, Probe\"")}");
Console.WriteLine($"binary: alias {binary.Contains("shop.order")}, name {binary.Contains("Shop.Order")}");
try
{
    json.Deserialize(typeof(Shop.Order), row.Replace("Shop.Order, Probe", "Earlier.Order, Probe"));
    Console.WriteLine("moved: read");
}
catch (Exception exception)
{
    Console.WriteLine($"moved: {exception.GetType().Name}");
}

namespace Shop
{
    [GenerateSerializer]
    [Alias("shop.order")]
    public sealed class Order
    {
        [Id(0)]
        public object Line { get; set; }
    }

    [GenerateSerializer]
    [Alias("shop.line")]
    public sealed class Line;
}
CS

dotnet run -v q >output.txt 2>errors.txt || { cat output.txt errors.txt; exit 1; }
cat output.txt
diff output.txt - <<'TXT'
JSON: alias False, name True
binary: alias True, name False
moved: JsonSerializationException
TXT
