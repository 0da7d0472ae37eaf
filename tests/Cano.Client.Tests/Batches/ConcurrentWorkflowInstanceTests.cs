using System.Text;

namespace Cano.Batches;

public class ConcurrentWorkflowInstanceTests
{
    private static readonly WorkflowKey<OrderState, string> s_text = new("text");

    [Fact]
    public void Params_LeftOut_AreNotSent()
    {
        ConcurrentWorkflowInstance<OrderState, OrderParams> instance = new("a", Orders.Price);

        Assert.Null(instance.Params);
        Assert.Null(instance.Spec.Params);
        Assert.Equal(("a", Orders.Price, null), (instance.Id, instance.Workflow, instance.Label));
    }

    [Fact]
    public void Params_Given_AreWrittenAsWebJson()
    {
        ConcurrentWorkflowInstance<OrderState, object> instance =
            new("a", new WorkflowKey<OrderState, object>("w"), new { Name = "größer", State = OrderState.Done, When = TimeSpan.FromSeconds(1) });

        Assert.Equal("""{"name":"größer","state":"Done","when":"00:00:01"}""", Encoding.UTF8.GetString(instance.Spec.Params!));
    }

    [Fact]
    public void Params_ChangedLater_AreSentAsTheyWere()
    {
        List<int> numbers = [1];
        ConcurrentWorkflowInstance<OrderState, List<int>> instance = new("a", new WorkflowKey<OrderState, List<int>>("w"), numbers);

        numbers.Add(2);

        Assert.Equal("[1]", Encoding.UTF8.GetString(instance.Spec.Params!));
    }

    [Fact]
    public void Instance_OfAKey_IsTheOneThatTheConstructorMakes()
    {
        ConcurrentWorkflowInstance<OrderState, OrderParams> bare = Orders.Price.Instance("a");
        ConcurrentWorkflowInstance<OrderState, OrderParams> labelled = Orders.Price.Instance("b", label: "web");
        ConcurrentWorkflowInstance<OrderState, OrderParams> whole = Orders.Price.Instance("c", new OrderParams(1, 20), "web");
        ConcurrentWorkflowInstance<OrderState, string> text = s_text.Instance("d", "the params");

        Assert.Equal(new("a", "orders.price", null, null), bare.Spec);
        Assert.Equal(new("b", "orders.price", null, "web"), labelled.Spec);
        Assert.Equal(("c", Orders.Price, new OrderParams(1, 20), "web"), (whole.Id, whole.Workflow, whole.Params, whole.Label));
        Assert.Equal(("the params", null), (text.Params, text.Label));
    }

    [Fact]
    public void ThirdArgument_OfAWorkflowWithTextParams_IsTheParamsUnlessNamed()
    {
        ConcurrentWorkflowInstance<OrderState, string> unnamed = new("a", s_text, "x");
        ConcurrentWorkflowInstance<OrderState, string> named = new("a", s_text, label: "x");
        ConcurrentWorkflowInstance<OrderState, string> both = new("a", s_text, "x", "y");

        Assert.Equal(("x", null), (unnamed.Params, unnamed.Label));
        Assert.Equal((null, "x"), (named.Params, named.Label));
        Assert.Equal(("x", "y"), (both.Params, both.Label));
    }

    [Fact]
    public void Params_ThatAreNoJson_AreRefusedByName()
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(
            () => new ConcurrentWorkflowInstance<OrderState, Type>("a", new WorkflowKey<OrderState, Type>("w"), typeof(int)));

        Assert.Equal(ErrorCodes.UnstorableValue, exception.Code);
        Assert.StartsWith("The params of instance 'a' (Type) can't be kept whole: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Params_WhoseGetterThrows_AreRefusedByName()
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(
            () => new ConcurrentWorkflowInstance<OrderState, Broken>("a", new WorkflowKey<OrderState, Broken>("w"), new Broken()));

        Assert.Equal("The params of instance 'a' (Broken) can't be kept whole: $.value: reading it threw InvalidOperationException: broken getter", exception.Message);
    }

    private sealed class Broken
    {
        public string? Text { get; set; }

        public int Value => Text?.Length ?? throw new InvalidOperationException("broken getter");
    }
}
