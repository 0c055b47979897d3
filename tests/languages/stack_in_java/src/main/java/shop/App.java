package shop;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import java.util.List;
import java.util.Map;

/** A whole stack, with settings as a program may have them: written out, a section that is an output, and some unset. */
public final class App {
    private App() {}

    public static void main(String[] arguments) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context context) {
        Map<String, Object> network = Map.of("zones", List.of("ap-guangzhou-6", "ap-guangzhou-7"));
        Map<String, Object> app = Map.of("echo", true, "port", 8080);
        var access = new RealIpStack.Access("198.18.0.0/24", "0.0.0.0/0");
        var stack = new RealIpStack(
            "realip", new RealIpStack.Args("vpc-cni-direct-native", network, Output.of(app), access));

        context.export("scenario", stack.scenario());
        context.export("reads", stack.reads());
        context.export("url", stack.url());
        context.export("kubeconfig", stack.kubeconfig());
    }
}
