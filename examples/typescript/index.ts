// An app on a cluster that exists, and an exposure that keeps its clients' addresses.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as realip from "@realip/realip";

const config = new pulumi.Config();

const cluster = new kubernetes.Provider("cluster", {
    clusterIdentifier: config.require("clusterId"),
    enableServerSideApply: true,
    kubeconfig: config.requireSecret("kubeconfig"),
});

const labels = { app: "shop" };

const app = new realip.Workload("shop", {
    namespace: "shop",
    deployment: "shop",
    image: "nginx:1.29.3",
    labels,
    port: 80,
    replicas: 3,
    resources: { cpuRequest: "250m", cpuLimit: "1", memoryRequest: "256Mi", memoryLimit: "512Mi" },
}, { provider: cluster });

const exposure = new realip.DirectService("shop", {
    namespace: app.namespace,
    service: "shop-public",
    selector: labels,
    port: 80,
    targetPort: 80,
}, { provider: cluster });

export const url = exposure.url;
