#!/usr/bin/env bash
# NuGet of .NET SDK 10.0: a project with a packages.lock.json is restored with RestorePackagesWithLockFile=false.
# Guess: the file is not looked at.
# Seen:  error NU1005: the property says false, and the file is there. It must be moved away (NuGetLockFilePath), or the property left out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >Probe.csproj <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Extensions.DependencyInjection" Version="10.0.0" />
  </ItemGroup>
</Project>
XML

dotnet restore -v q -p:RestorePackagesWithLockFile=true
[ -e packages.lock.json ]
code=0
dotnet restore -v q -p:RestorePackagesWithLockFile=false >output.txt 2>&1 || code=$?
grep -o 'error NU[0-9]*' output.txt | sort -u
echo "exit code $code"
[ "$code" -eq 1 ]
grep -q 'error NU1005' output.txt
dotnet restore -v q -p:RestorePackagesWithLockFile=false -p:NuGetLockFilePath=elsewhere.json
