using Microsoft.Extensions.Options;

namespace Cano.Engine.Tests;

public sealed class CanoOptionsValidatorTests
{
    private readonly CanoOptionsValidator _validator = new();

    [Fact]
    public void Defaults_AreValid() => Assert.True(_validator.Validate(name: null, new()).Succeeded);

    [Fact]
    public void Faults_AreAllNamedTogether()
    {
        ValidateOptionsResult result = _validator.Validate(name: null, new()
        {
            MaxRunningInstances = 0,
            ReservedPerBatch = -1,
            CheckpointInterval = TimeSpan.FromSeconds(-1),
            MaxParamsBytes = 262_145,
            RecoveryInterval = TimeSpan.FromDays(1),
        });

        Assert.Equal(
            [
                "CanoOptions.MaxRunningInstances was 0; it must be between 1 and 1,000,000.",
                "CanoOptions.ReservedPerBatch was -1; it must be between 0 and 1,000.",
                "CanoOptions.CheckpointInterval was -00:00:01; it must be between 00:00:00 and 1.00:00:00.",
                "CanoOptions.MaxParamsBytes was 262,145; it must be between 1 and 262,144.",
                "CanoOptions.RecoveryInterval was 1.00:00:00; it must be between 00:00:00.1000000 and 01:00:00.",
            ],
            result.Failures!);
    }
}
