package shop;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.ComponentResource;
import com.pulumi.resources.ComponentResourceOptions;
import com.pulumi.resources.ResourceArgs;
import java.util.List;
import java.util.Map;

/** A whole stack, as realip makes it; of its arguments those that this program says, and some that it leaves unset. */
final class RealIpStack extends ComponentResource {
    @Export(name = "scenario", refs = {String.class}, tree = "[0]")
    private Output<String> scenario;

    @Export(name = "reads", refs = {String.class}, tree = "[0]")
    private Output<String> reads;

    @Export(name = "url", refs = {String.class}, tree = "[0]")
    private Output<String> url;

    @Export(name = "kubeconfig", refs = {String.class}, tree = "[0]")
    private Output<String> kubeconfig;

    RealIpStack(String name, Args args) {
        super("realip:index:RealIpStack", name, args, ComponentResourceOptions.Empty, true);
    }

    Output<String> scenario() {
        return scenario;
    }

    Output<String> reads() {
        return reads;
    }

    Output<String> url() {
        return url;
    }

    Output<String> kubeconfig() {
        return kubeconfig;
    }

    static final class Args extends ResourceArgs {
        @Import(name = "scenario")
        private final String scenario;

        @Import(name = "network")
        private final Map<String, Object> network;

        @Import(name = "app")
        private final Output<Map<String, Object>> app;

        @Import(name = "access")
        private final Access access;

        @Import(name = "tags")
        private final Output<Map<String, String>> tags = null;

        @Import(name = "adopt")
        private final Map<String, Object> adopt = null;

        Args(String scenario, Map<String, Object> network, Output<Map<String, Object>> app, Access access) {
            this.scenario = scenario;
            this.network = network;
            this.app = app;
            this.access = access;
        }
    }

    static final class Access extends ResourceArgs {
        @Import(name = "adminCidrs")
        private final Output<List<String>> adminCidrs;

        @Import(name = "clientCidrs")
        private final Output<List<String>> clientCidrs;

        @Import(name = "endpointZone")
        private final Output<String> endpointZone = null;

        Access(String adminCidr, String clientCidr) {
            this.adminCidrs = Output.of(List.of(adminCidr));
            this.clientCidrs = Output.of(List.of(clientCidr));
        }
    }
}
