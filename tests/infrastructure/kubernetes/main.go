// Writes a JSON Schema for each kind that the Tailscale operator defines, where kubeconform looks for
// it. The arguments are the folder with the operator's CRDs and the folder for the schemas.
//
// A field that a CRD does not have is an error. Kubernetes would drop it without a word.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

type definition struct {
	Spec struct {
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Schema struct{ OpenAPIV3Schema map[string]any }
		}
	}
}

func main() {
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*.yaml"))
	if err != nil || len(files) == 0 {
		log.Fatalf("no CRDs in %s: %v", os.Args[1], err)
	}
	for _, file := range files {
		if err := convert(file, os.Args[2]); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
	}
}

func convert(file, folder string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var found definition
	if err := yaml.Unmarshal(text, &found); err != nil {
		return err
	}
	for _, version := range found.Spec.Versions {
		schema := version.Schema.OpenAPIV3Schema
		forbidOthers(schema)
		text, err := json.Marshal(schema)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%s_%s.json", strings.ToLower(found.Spec.Names.Kind), version.Name)
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Refuses fields that an object does not list, in every schema below this one.
func forbidOthers(schema any) {
	switch schema := schema.(type) {
	case map[string]any:
		if _, isObject := schema["properties"].(map[string]any); isObject {
			schema["additionalProperties"] = false
		}
		for _, below := range schema {
			forbidOthers(below)
		}
	case []any:
		for _, below := range schema {
			forbidOthers(below)
		}
	}
}
