module stack

go 1.26.6

require (
	example.com/realip/sdk/go v0.0.0-00010101000000-000000000000
	github.com/pulumi/pulumi/sdk/v3 v3.274.1
)

replace example.com/realip/sdk/go => ./sdks/realip-realip
