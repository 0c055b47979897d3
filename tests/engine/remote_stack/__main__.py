"""The project's program as another language has it: the same stack, asked of the plugin, with the stack file's settings."""

import pulumi

config = pulumi.Config("realip")
inputs = {section: config.get_object(section) for section in ("network", "app", "access")}


class RealIpStack(pulumi.ComponentResource):
    """The whole stack, from the plugin."""

    url: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str) -> None:
        """Ask the plugin for it."""
        given = {"scenario": config.require("scenario"), **{key: value for key, value in inputs.items() if value}}
        super().__init__("realip:index:RealIpStack", name, {**given, "url": None, "kubeconfig": None}, remote=True)


stack = RealIpStack("realip")
pulumi.export("url", stack.url)
pulumi.export("kubeconfig", stack.kubeconfig)
