using System.Net;

namespace Cano.Tests.Kubernetes;

/// <summary>Who a silo is that runs in a pod.</summary>
public sealed class PodIdentityTests
{
    private static readonly (string Name, string Value)[] s_pod =
    [
        ("Cano:Storage:Provider", "postgres"), ("ConnectionStrings:Cano", "Host=db;Database=cano"), ("Cano:Clustering:Provider", "kubernetes"),
        ("POD_IP", "10.1.2.3"), ("POD_NAME", "cano-7"), ("ORLEANS_CLUSTER_ID", "blue"), ("ORLEANS_SERVICE_ID", "orders"),
    ];

    [Fact]
    public void Silo_OfAPod_IsWhatTheDownwardApiSays()
    {
        HostSettings settings = Read();

        Assert.Equal((IPAddress.Parse("10.1.2.3"), "cano-7", "blue", "orders"), (settings.AdvertisedIP, settings.SiloName, settings.ClusterId, settings.ServiceId));
    }

    [Fact]
    public void Silo_OfAPodWithSettingsOfItsOwn_GoesByThose()
    {
        HostSettings settings = Read(("Cano:AdvertisedIP", "fd00::7"), ("Cano:SiloName", "seven"), ("Cano:ClusterId", "green"), ("Cano:ServiceId", "prices"));

        Assert.Equal((IPAddress.Parse("fd00::7"), "seven", "green", "prices"), (settings.AdvertisedIP, settings.SiloName, settings.ClusterId, settings.ServiceId));
    }

    [Fact]
    public void Silo_OfAnotherProvider_DoesNotGoByThePod()
    {
        HostSettings settings = Read(("Cano:Clustering:Provider", "adonet"));

        Assert.Equal((null, null, "cano", "cano"), (settings.AdvertisedIP, settings.SiloName, settings.ClusterId, settings.ServiceId));
    }

    [Fact]
    public void Silo_OfAPodWithAnAddressThatIsNone_IsRefused() =>
        Assert.Equal("POD_IP was here; it must be an IP address.", Assert.Throws<CanoConfigurationException>(() => Read(("POD_IP", "here"))).Message);

    private static HostSettings Read(params (string Name, string Value)[] more)
    {
        CanoHostOptions options = new();
        foreach ((string name, string value) in (IEnumerable<(string, string)>)[.. s_pod, .. more])
        {
            options.Settings[name] = value;
        }

        return HostSettings.Read(options);
    }
}
