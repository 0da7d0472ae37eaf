namespace Cano;

/// <summary>How silos find each other.</summary>
internal enum ClusteringProvider
{
    /// <summary>Not at all: the silo is alone.</summary>
    Localhost = 0,

    /// <summary>Through a table in the database that they share.</summary>
    AdoNet = 1,

    /// <summary>The same, as a pod of Kubernetes: what a silo is called and where it is found, the downward API says.</summary>
    Kubernetes = 2,
}
