namespace Cano;

/// <summary>
/// Follows every step from every state, each state once, shortest histories first. A state is reached again by playing its history from the
/// start.
/// </summary>
internal sealed class HistorySearch(ProtocolCase @case)
{
    private readonly Dictionary<ulong, int> _known = [];
    private readonly List<(int Before, Step Step, int Length)> _states = [];
    private readonly List<(int From, int To)> _withoutFault = [];
    private readonly List<int> _finished = [];

    internal int States => _states.Count;

    internal int Steps { get; private set; }

    internal int Longest => _states[^1].Length;

    internal int Finished => _finished.Count;

    /// <summary>The shortest history that breaks a promise; null if none does.</summary>
    internal string? Violation { get; private set; }

    /// <summary>A history from which the batch can't end any more although nothing else goes wrong; null if there is none.</summary>
    internal string? Stuck { get; private set; }

    internal void Run()
    {
        ProtocolModel first = new(@case);
        Enter(first, -1, default);
        for (int state = 0; state < _states.Count && Violation is null; state++)
        {
            ProtocolModel? model = Replay(state);
            if (model.IsFinished)
            {
                _finished.Add(state);
            }

            foreach (Step step in model.Possible())
            {
                model ??= Replay(state);
                Take(state, model, step);
                model = null;
            }
        }

        FindStuck();
    }

    private void Take(int state, ProtocolModel model, Step step)
    {
        Steps++;
        try
        {
            model.Play(step);
        }
        catch (InvalidOperationException broken)
        {
            Violation ??= $"{broken.Message}\n{string.Join('\n', HistoryOf(state).Append(step))}";
            return;
        }

        int next = Enter(model, state, step);
        if (!step.IsFault)
        {
            _withoutFault.Add((state, next));
        }
    }

    private int Enter(ProtocolModel model, int before, Step step)
    {
        ulong print = model.State;
        if (!_known.TryGetValue(print, out int number))
        {
            number = _states.Count;
            _known[print] = number;
            _states.Add((before, step, before < 0 ? 0 : _states[before].Length + 1));
        }

        return number;
    }

    private ProtocolModel Replay(int state)
    {
        ProtocolModel model = new(@case);
        foreach (Step step in HistoryOf(state))
        {
            model.Play(step);
        }

        return model;
    }

    private Step[] HistoryOf(int state)
    {
        Step[] history = new Step[_states[state].Length];
        for (int at = history.Length - 1; at >= 0; at--)
        {
            history[at] = _states[state].Step;
            state = _states[state].Before;
        }

        return history;
    }

    /// <summary>Goes back from the ends: what is not met can't reach one.</summary>
    private void FindStuck()
    {
        ILookup<int, int> before = _withoutFault.ToLookup(edge => edge.To, edge => edge.From);
        HashSet<int> canEnd = [.. _finished];
        Queue<int> left = new(_finished);
        while (left.TryDequeue(out int state))
        {
            foreach (int from in before[state])
            {
                if (canEnd.Add(from))
                {
                    left.Enqueue(from);
                }
            }
        }

        int stuck = Enumerable.Range(0, _states.Count).FirstOrDefault(state => !canEnd.Contains(state), -1);
        Stuck = stuck < 0 || Violation is not null ? null : $"No end can be reached after:\n{string.Join('\n', HistoryOf(stuck))}";
    }
}
