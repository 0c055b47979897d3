// Scenario 1: VPC-CNI, CLB direct to pods on native nodes.
package main

import (
	"example.com/realip/sdk/go/realip"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		scenario := realip.StackScenario("vpc-cni-direct-native")
		stack, err := realip.NewRealIpStack(ctx, "realip", &realip.RealIpStackArgs{
			Scenario: &scenario,
			Network: &realip.StackNetworkArgs{
				Zones: []string{"ap-guangzhou-6", "ap-guangzhou-7"},
			},
			// The echo app answers with the address that it saw. For an app of your own: image and port, or deploy: false and selector.
			App: &realip.StackAppArgs{
				Echo: pulumi.BoolRef(true),
			},
			// Without clientCidrs only clients inside the VPC reach the app; 0.0.0.0/0 is everyone.
			Access: &realip.StackAccessArgs{
				// Who may reach the API server: a documentation range, which an update refuses. Put your own address here, with /32.
				AdminCidrs: []string{"203.0.113.0/24"},
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("address", stack.Address)
		ctx.Export("clusterId", stack.ClusterId)
		ctx.Export("deployment", stack.Deployment)
		ctx.Export("ingress", stack.Ingress)
		ctx.Export("kubeconfig", stack.Kubeconfig)
		ctx.Export("namespace", stack.Namespace)
		ctx.Export("networkRanges", stack.NetworkRanges)
		ctx.Export("reads", stack.Reads)
		ctx.Export("scenario", stack.Scenario)
		ctx.Export("service", stack.Service)
		ctx.Export("url", stack.Url)
		return nil
	})
}
