package shop;

import com.pulumi.core.Output;
import com.pulumi.core.annotations.Import;
import com.pulumi.resources.ResourceArgs;

/** What a Kubernetes provider for a TKE cluster needs. */
final class KubernetesProviderArgs extends ResourceArgs {
    /** Keeps the provider, and all that it made, while a kubeconfig that is not known yet replaces an old one. */
    @Import(name = "clusterIdentifier", required = true)
    private final Output<String> clusterIdentifier;

    @Import(name = "kubeconfig", required = true)
    private final Output<String> kubeconfig;

    @Import(name = "enableServerSideApply", required = true, json = true)
    private final Output<Boolean> enableServerSideApply = Output.of(true);

    KubernetesProviderArgs(String clusterIdentifier, Output<String> kubeconfig) {
        this.clusterIdentifier = Output.of(clusterIdentifier);
        this.kubeconfig = kubeconfig;
    }
}
