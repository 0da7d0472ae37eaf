using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// The conversation of a batch with one of its partitions. A call waits at the partition for news; newer orders are sent beside it, which
/// answers the one that waits. So
/// there are two at most, and a flag that something newer is to be said.
/// </summary>
internal sealed class PartitionLink(int index, string key, BatchDriver driver, BatchServices services)
{
    private const int MostCalls = 2;

    private int _calls;
    private bool _again;

    /// <summary>Says what holds now.</summary>
    internal void Send()
    {
        if (_calls >= MostCalls)
        {
            _again = true;
            return;
        }

        _again = false;
        _calls++;
        _ = Supervised.RunAsync(ExchangeAsync, driver.Fail);
    }

    private async Task ExchangeAsync()
    {
        PartitionReport? report = await AskAsync();
        _calls--;
        Hearing? hearing = report is null ? null : driver.Hear(index, report);
        if (_again || (hearing is Hearing.Outdated && _calls == 0 && driver.HasToAsk(index)))
        {
            Send();
        }
    }

    /// <summary>
    /// Asks until there is an answer. All that is said is cumulative, so it can be said again. Null: there is nothing to ask any more.
    /// </summary>
    private async Task<PartitionReport?> AskAsync()
    {
        for (int attempt = 0; driver.HasToAsk(index); attempt++)
        {
            try
            {
                return await services.Partitions.ExchangeAsync(key, driver.OrdersFor(index));
            }
            catch (BatchDataLostException lost)
            {
                services.Logger.PartitionLost(lost, key);
                driver.HearLost(index);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogLevel level = PartitionLog.LevelOf(attempt);
                services.Logger.PartitionDidNotAnswer(level, exception, key, attempt + 1);
            }

            await Task.Delay(services.PartitionServices.PauseBefore(attempt), services.Pacing);
        }

        return null;
    }
}
