"""The lab's parts: network, control plane, nodes, load balancer, and the app in the pods. Asks and judges nothing."""
