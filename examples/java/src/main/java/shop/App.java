package shop;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.resources.ComponentResourceOptions;
import com.pulumi.resources.CustomResourceOptions;
import com.pulumi.resources.ProviderResource;
import java.util.Map;

/** An app on a cluster that exists, and an exposure that keeps its clients' addresses. */
public final class App {
    private App() {}

    public static void main(String[] arguments) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context context) {
        var config = context.config();
        var cluster = new ProviderResource(
            "kubernetes",
            "cluster",
            new KubernetesProviderArgs(config.require("clusterId"), config.requireSecret("kubeconfig")),
            CustomResourceOptions.Empty);
        var onCluster = ComponentResourceOptions.builder().providers(cluster).build();
        var labels = Map.of("app", "shop");

        var app = new Workload(
            "shop",
            new Workload.Args("shop", "shop", "nginx:1.29.3", labels, 80, 3, new Workload.Resources("250m", "1", "256Mi", "512Mi")),
            onCluster);
        var exposure = new DirectService(
            "shop", new DirectService.Args(app.namespace(), "shop-public", labels, 80, 80), onCluster);

        context.export("url", exposure.url());
    }
}
