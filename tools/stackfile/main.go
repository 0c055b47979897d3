// Stackfile says what the engine's own loader makes of stack files: of a project's, by its path, or of plain words.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// refused stands for a file that the engine does not take.
const refused = "error"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 1 && arguments[0] == "words":
		return words()
	case len(arguments) == 3 && arguments[0] == "stack":
		return stack(arguments[1], arguments[2])
	}
	return fmt.Errorf("usage: stackfile words <WORDS.json | stackfile stack FOLDER NAME")
}

// words reads a list of plain words and writes what a program gets for `{v: WORD}`, word by word.
func words() error {
	var asked []string
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "stackfile")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	project := filepath.Join(folder, "Pulumi.yaml")
	if err := os.WriteFile(project, []byte("name: p\nruntime: python\n"), 0o600); err != nil {
		return err
	}
	answers := make(map[string]string, len(asked))
	for _, word := range asked {
		text := fmt.Sprintf("config:\n  p:k: {v: %s}\n", word)
		if err := os.WriteFile(filepath.Join(folder, "Pulumi.s.yaml"), []byte(text), 0o600); err != nil {
			return err
		}
		answers[word] = refused
		if _, values, err := load(folder, "s"); err == nil {
			answers[word] = values["p:k"]
		}
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

// stack writes the name of the file that the engine reads for a stack, and the configuration that a program gets from it.
func stack(folder, name string) error {
	file, values, err := load(folder, name)
	answer := map[string]any{"file": file, "configuration": values}
	if err != nil {
		answer["configuration"], answer["problem"] = refused, err.Error()
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

func load(folder, name string) (string, map[string]string, error) {
	path, err := workspace.DetectProjectPathFrom(folder)
	if err != nil {
		return "", nil, err
	}
	project, err := workspace.LoadProject(path)
	if err != nil {
		return "", nil, err
	}
	file := workspace.ProjectStackPath(path, project, tokens.QName(name))
	loaded, err := workspace.LoadProjectStack(nil, project, file)
	if err != nil {
		return filepath.Base(file), nil, err
	}
	decrypted, err := loaded.Config.Decrypt(config.NopDecrypter)
	if err != nil {
		return filepath.Base(file), nil, err
	}
	values := make(map[string]string, len(decrypted))
	for key, value := range decrypted {
		values[key.String()] = value
	}
	return filepath.Base(file), values, nil
}
