"""What the lab is made of: network, control plane, nodes, load balancer, and the app in the pods. Asks and judges nothing."""
