namespace Cano;

/// <summary>
/// Shares a batch's limit of concurrency among its partitions: the windows never add up to more than the limit. Pure.
/// A window is only ever taken from a partition that can't use it any more (fewer of its instances are left), so nothing has to be agreed
/// on.
/// </summary>
internal sealed class Windows
{
    private readonly int _limit;
    private readonly int[] _windows;
    private readonly int[] _unfinished;
    private readonly bool[] _known;
    private int _given;
    private int _hungry;
    private int _unheard;

    /// <param name="limit">How many instances may run at once; null: no limit.</param>
    /// <param name="sizes">How many instances each partition has.</param>
    /// <param name="fresh">True: no partition holds a window yet. False: what they hold is learned from their reports first.</param>
    internal Windows(int? limit, IReadOnlyList<int> sizes, bool fresh)
    {
        _limit = limit ?? int.MaxValue;
        _windows = new int[sizes.Count];
        _unfinished = [.. sizes];
        _known = new bool[sizes.Count];
        Array.Fill(_known, fresh);
        _unheard = fresh ? 0 : sizes.Count;
    }

    private bool Unlimited => _limit == int.MaxValue;

    /// <summary>Takes in what a partition holds and what it can still use.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="window">The window that it holds.</param>
    /// <param name="unfinished">How many of its instances have not ended.</param>
    /// <param name="anew">True: another activation of it speaks. It holds what it says, and what had ended in its predecessor without being
    /// written is to be run again.</param>
    /// <returns>True: something was freed that another partition may use.</returns>
    internal bool Hear(int partition, int window, int unfinished, bool anew)
    {
        if (Unlimited)
        {
            return false;
        }

        int before = _given;
        if (anew || !_known[partition])
        {
            _unheard -= _known[partition] ? 0 : 1;
            _known[partition] = true;
            _unfinished[partition] = unfinished;
            _hungry = Math.Min(_hungry, partition);
            Set(partition, window);
        }

        _unfinished[partition] = Math.Min(_unfinished[partition], unfinished);
        Set(partition, Math.Min(_windows[partition], _unfinished[partition]));
        return _given < before;
    }

    /// <summary>The window that a partition may use from now on.</summary>
    internal int Of(int partition)
    {
        if (Unlimited)
        {
            return int.MaxValue;
        }

        if (_unheard == 0)
        {
            Set(partition, Math.Min(_unfinished[partition], _windows[partition] + (_limit - _given)));
        }

        return _windows[partition];
    }

    /// <summary>The first partition that could use a larger window; -1 if none can or there is nothing left to give.</summary>
    internal int NextHungry()
    {
        if (Unlimited || _unheard > 0 || _given >= _limit)
        {
            return -1;
        }

        for (; _hungry < _windows.Length; _hungry++)
        {
            if (_windows[_hungry] < _unfinished[_hungry])
            {
                return _hungry;
            }
        }

        return -1;
    }

    private void Set(int partition, int window)
    {
        _given += window - _windows[partition];
        _windows[partition] = window;
    }
}
