package shop;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.ComponentResource;
import com.pulumi.resources.ComponentResourceOptions;
import com.pulumi.resources.ResourceArgs;
import java.util.Map;

/** A Service whose load balancer reaches pods straight, as realip makes it; of its arguments those that this program needs. */
final class DirectService extends ComponentResource {
    @Export(name = "url", refs = {String.class}, tree = "[0]")
    private Output<String> url;

    DirectService(String name, Args args, ComponentResourceOptions options) {
        super("realip:index:DirectService", name, args, options, true);
    }

    Output<String> url() {
        return url;
    }

    static final class Args extends ResourceArgs {
        @Import(name = "namespace")
        private final Output<String> namespace;

        @Import(name = "service", required = true)
        private final Output<String> service;

        @Import(name = "selector", required = true)
        private final Map<String, String> selector;

        @Import(name = "port")
        private final Output<Integer> port;

        @Import(name = "targetPort")
        private final Output<Integer> targetPort;

        Args(Output<String> namespace, String service, Map<String, String> selector, int port, int targetPort) {
            this.namespace = namespace;
            this.service = Output.of(service);
            this.selector = selector;
            this.port = Output.of(port);
            this.targetPort = Output.of(targetPort);
        }
    }
}
