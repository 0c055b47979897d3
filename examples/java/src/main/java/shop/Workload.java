package shop;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Export;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.ComponentResource;
import com.pulumi.resources.ComponentResourceOptions;
import com.pulumi.resources.ResourceArgs;
import java.util.Map;

/** A namespace and a Deployment, as realip makes them; of its arguments those that this program needs. */
final class Workload extends ComponentResource {
    @Export(name = "namespace", refs = {String.class}, tree = "[0]")
    private Output<String> namespace;

    Workload(String name, Args args, ComponentResourceOptions options) {
        super("realip:index:Workload", name, args, options, true);
    }

    Output<String> namespace() {
        return namespace;
    }

    static final class Args extends ResourceArgs {
        @Import(name = "namespace")
        private final Output<String> namespace;

        @Import(name = "deployment", required = true)
        private final Output<String> deployment;

        @Import(name = "image")
        private final Output<String> image;

        @Import(name = "labels", required = true)
        private final Map<String, String> labels;

        @Import(name = "port", required = true)
        private final Output<Integer> port;

        @Import(name = "replicas", required = true)
        private final Output<Integer> replicas;

        @Import(name = "resources", required = true)
        private final Resources resources;

        Args(
                String namespace,
                String deployment,
                String image,
                Map<String, String> labels,
                int port,
                int replicas,
                Resources resources) {
            this.namespace = Output.of(namespace);
            this.deployment = Output.of(deployment);
            this.image = Output.of(image);
            this.labels = labels;
            this.port = Output.of(port);
            this.replicas = Output.of(replicas);
            this.resources = resources;
        }
    }

    /** Requests and limits of the container, as Kubernetes quantities. */
    static final class Resources extends ResourceArgs {
        @Import(name = "cpuRequest", required = true)
        private final Output<String> cpuRequest;

        @Import(name = "cpuLimit", required = true)
        private final Output<String> cpuLimit;

        @Import(name = "memoryRequest", required = true)
        private final Output<String> memoryRequest;

        @Import(name = "memoryLimit", required = true)
        private final Output<String> memoryLimit;

        Resources(String cpuRequest, String cpuLimit, String memoryRequest, String memoryLimit) {
            this.cpuRequest = Output.of(cpuRequest);
            this.cpuLimit = Output.of(cpuLimit);
            this.memoryRequest = Output.of(memoryRequest);
            this.memoryLimit = Output.of(memoryLimit);
        }
    }
}
