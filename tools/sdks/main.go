// Sdks writes a package's SDK for one language with the engine's own generators, as the engine asks a language host to.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	golang "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi"

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: sdks go|nodejs|python SCHEMA.json LOADER LOCAL FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the schema from a file, and those of other packages from the engine's loader.
func run(language, file, address, local, folder string) error {
	isLocal, err := strconv.ParseBool(local)
	if err != nil {
		return err
	}
	loader, err := schema.NewLoaderClient(address)
	if err != nil {
		return err
	}
	defer loader.Close()
	bound, err := bind(file, loader)
	if err != nil {
		return err
	}
	files, err := generate(language, bound, isLocal, loader)
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

func bind(file string, loader schema.ReferenceLoader) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	bound, found, err := schema.BindSpec(spec, schema.NewCachedLoader(loader), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, fmt.Errorf("%s: %w", file, found)
	}
	return bound, nil
}

func generate(
	language string, bound *schema.Package, local bool, loader schema.ReferenceLoader,
) (map[string][]byte, error) {
	switch language {
	case "go":
		return golang.GeneratePackage(tool, bound, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, bound, nil, nil, local, loader)
	case "python":
		return python.GeneratePackage(tool, bound, nil, loader)
	}
	return nil, fmt.Errorf("no generator for %q", language)
}
