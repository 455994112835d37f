package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// kinds makes an empty object of each kind that deploy/ has.
var kinds = map[string]func() any{
	"v1/Namespace":                       func() any { return new(core.Namespace) },
	"v1/ConfigMap":                       func() any { return new(core.ConfigMap) },
	"v1/Secret":                          func() any { return new(core.Secret) },
	"v1/Service":                         func() any { return new(core.Service) },
	"apps/v1/Deployment":                 func() any { return new(apps.Deployment) },
	"networking.k8s.io/v1/Ingress":       func() any { return new(networking.Ingress) },
	"networking.k8s.io/v1/NetworkPolicy": func() any { return new(networking.NetworkPolicy) },
	"policy/v1/PodDisruptionBudget":      func() any { return new(policy.PodDisruptionBudget) },
}

// strict decodes as the API server does, which tells names apart by their case, too.
func strict(doc []byte, object any) error {
	b, err := yaml.YAMLToJSONStrict(doc)
	if err != nil {
		return err
	}
	faults, err := json.UnmarshalStrict(b, object)
	return errors.Join(append(faults, err)...)
}

// kubernetes reads documents strictly: a field that its kind does not have, one given twice, or a value of another type is an error.
func kubernetes(documents []byte) error {
	var faults []error
	found := map[string]int{}
	var all objects
	for i, doc := range bytes.Split(documents, []byte("\n---\n")) {
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(doc, &head); err != nil {
			return fmt.Errorf("document %d: %w", i+1, err)
		}
		name := head.APIVersion + "/" + head.Kind
		empty := kinds[name]
		if empty == nil {
			faults = append(faults, fmt.Errorf("document %d: the kind %s is not known here", i+1, name))
			continue
		}
		object := empty()
		if err := strict(doc, object); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			continue
		}
		found[head.Kind]++
		all.take(object)
	}
	faults = append(faults, all.check()...)
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		fmt.Printf("kubernetes: %d %s\n", found[kind], kind)
	}
	return errors.Join(faults...)
}
