using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Cano;

/// <summary>
/// Makes keys that silos share. A silo whose new key was not taken, since another one was faster, goes on with that one's: by itself it
/// would use a key that nobody else has, for a day.
/// </summary>
internal sealed class SharedKeyManager(IKeyManager keys) : IKeyManager
{
    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate)
    {
        try
        {
            return keys.CreateNewKey(activationDate, expirationDate);
        }
        catch (ProtectionKeyTakenException)
        {
            return keys.GetAllKeys().MaxBy(key => key.CreationDate) ?? throw new InvalidOperationException("A key was added by another silo and is not there.");
        }
    }

    public IReadOnlyCollection<IKey> GetAllKeys() => keys.GetAllKeys();

    public CancellationToken GetCacheExpirationToken() => keys.GetCacheExpirationToken();

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => keys.RevokeAllKeys(revocationDate, reason);

    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);
}
