namespace Cano;

/// <summary>
/// A workflow's states and the ways between them that were seen, laid out: each column is one step further from the start.
/// </summary>
/// <param name="Nodes">The states, in the order declared.</param>
/// <param name="Edges">The ways, the most frequent first. One from a state to itself is a node that stayed.</param>
internal sealed record StateGraph(IReadOnlyList<StateNode> Nodes, IReadOnlyList<StateEdge> Edges)
{
    internal static StateGraph Of(WorkflowDocument workflow, IEnumerable<Transition> transitions)
    {
        StateEdge[] edges =
        [
            .. transitions.Where(transition => transition.Workflow == workflow.Name)
                .GroupBy(transition => (transition.From, transition.To))
                .Select(group => new StateEdge(group.Key.From, group.Key.To, group.Sum(transition => transition.Count)))
                .OrderByDescending(edge => edge.Count),
        ];
        Dictionary<string, int> columns = Columns(workflow, edges);
        Dictionary<int, int> rows = [];
        return new(
            [.. workflow.States.Select(state =>
            {
                int column = columns[state];
                int row = rows[column] = rows.GetValueOrDefault(column, -1) + 1;
                return new StateNode(state, column, row, Kind(workflow, state));
            })],
            edges);
    }

    /// <summary>
    /// How many steps each state is from the start, at least. States that were never seen stand between: exits last, others where the seen
    /// ones end.
    /// </summary>
    private static Dictionary<string, int> Columns(WorkflowDocument workflow, StateEdge[] edges)
    {
        Dictionary<string, int> columns = new(StringComparer.Ordinal) { [workflow.Start] = 0 };
        Queue<string> next = new([workflow.Start]);
        while (next.TryDequeue(out string? state))
        {
            foreach (StateEdge edge in edges.Where(edge => edge.From == state && !columns.ContainsKey(edge.To)))
            {
                columns[edge.To] = columns[state] + 1;
                next.Enqueue(edge.To);
            }
        }

        int last = Math.Max(2, columns.Where(column => !workflow.IsEnd(column.Key)).Max(column => column.Value) + 1);
        foreach (string state in workflow.States)
        {
            columns[state] = workflow.IsEnd(state) ? Math.Max(last, columns.GetValueOrDefault(state)) : columns.GetValueOrDefault(state, last - 1);
        }

        return columns;
    }

    private static string Kind(WorkflowDocument workflow, string state) =>
        state == workflow.Start ? "start"
            : workflow.ExitStates.Contains(state) ? "exit"
            : workflow.FailureStates.Contains(state) ? "failure"
            : "state";
}

/// <summary>A state.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Column">How many steps from the start, about.</param>
/// <param name="Row">Which of those in its column, from 0.</param>
/// <param name="Kind"><c>start</c>, <c>state</c>, <c>exit</c> or <c>failure</c>.</param>
internal sealed record StateNode(string Name, int Column, int Row, string Kind);

/// <summary>A way from a state to another.</summary>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Count">How often it was seen.</param>
internal sealed record StateEdge(string From, string To, int Count);
