// Scenario 1: VPC-CNI, CLB direct to pods on native nodes.
import * as realip from "@realip/realip";

const stack = new realip.RealIpStack("realip", {
    scenario: "vpc-cni-direct-native",
    network: {
        zones: ["ap-guangzhou-6", "ap-guangzhou-7"],
    },
    // The echo app answers with the address that it saw. For an app of your own: image and port, or deploy: false and selector.
    app: {
        echo: true,
    },
    // Without clientCidrs only clients inside the VPC reach the app; 0.0.0.0/0 is everyone.
    access: {
        // Who may reach the API server: a documentation range, which an update refuses. Put your own address here, with /32.
        adminCidrs: ["203.0.113.0/24"],
    },
});

export const address = stack.address;
export const clusterId = stack.clusterId;
export const deployment = stack.deployment;
export const ingress = stack.ingress;
export const kubeconfig = stack.kubeconfig;
export const namespace = stack.namespace;
export const networkRanges = stack.networkRanges;
export const reads = stack.reads;
export const scenario = stack.scenario;
export const service = stack.service;
export const url = stack.url;
