// Csharp writes a package's SDK for C#, with the newest of the engine's own generators for it that is a Go module.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: csharp SCHEMA.json LOADER FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the schema from a file, and those of other packages from the engine's loader.
func run(file, address, folder string) error {
	loader, err := schema.NewLoaderClient(address)
	if err != nil {
		return err
	}
	defer loader.Close()
	// The generator fetches the package's logo, or the engine's where it has none: a test is to need no network.
	logos := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer logos.Close()
	bound, err := bind(file, logos.URL, loader)
	if err != nil {
		return err
	}
	files, err := dotnet.GeneratePackage("pulumi", bound, nil, nil)
	if err != nil {
		return err
	}
	for name, content := range files {
		target := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func bind(file, logo string, loader schema.Loader) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	spec.LogoURL = logo
	bound, found, err := schema.BindSpec(spec, loader, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, fmt.Errorf("%s: %w", file, found)
	}
	return bound, nil
}
