// An app on a cluster that exists, and an exposure that keeps its clients' addresses.
package main

import (
	"example.com/realip/sdk/go/realip"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		cluster, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{
			ClusterIdentifier:     pulumi.String(settings.Require("clusterId")),
			EnableServerSideApply: pulumi.Bool(true),
			Kubeconfig:            settings.RequireSecret("kubeconfig"),
		})
		if err != nil {
			return err
		}
		labels := map[string]pulumi.StringInput{"app": pulumi.String("shop")}
		app, err := realip.NewWorkload(ctx, "shop", &realip.WorkloadArgs{
			Namespace:  pulumi.String("shop"),
			Deployment: pulumi.String("shop"),
			Image:      pulumi.String("nginx:1.29.3"),
			Labels:     labels,
			Port:       pulumi.Int(80),
			Replicas:   pulumi.Int(3),
			Resources: realip.ContainerResourcesArgs{
				CpuRequest:    pulumi.String("250m"),
				CpuLimit:      pulumi.String("1"),
				MemoryRequest: pulumi.String("256Mi"),
				MemoryLimit:   pulumi.String("512Mi"),
			},
		}, pulumi.Provider(cluster))
		if err != nil {
			return err
		}
		exposure, err := realip.NewDirectService(ctx, "shop", &realip.DirectServiceArgs{
			Namespace:  app.Namespace,
			Service:    pulumi.String("shop-public"),
			Selector:   labels,
			Port:       pulumi.Int(80),
			TargetPort: pulumi.Int(80),
		}, pulumi.Provider(cluster))
		if err != nil {
			return err
		}
		ctx.Export("url", exposure.Url)
		return nil
	})
}
