package main

import (
	"fmt"
	"maps"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
)

// objects are those that refer to one another.
type objects struct {
	deployment *apps.Deployment
	service    *core.Service
	settings   map[string]bool
	selectors  []selected
	backends   []networking.IngressServiceBackend
}

type selected struct {
	by     string
	labels map[string]string
}

func (o *objects) take(object any) {
	switch x := object.(type) {
	case *apps.Deployment:
		o.deployment = x
		o.selectors = append(o.selectors, selected{"deployment", x.Spec.Selector.MatchLabels})
		for _, c := range x.Spec.Template.Spec.TopologySpreadConstraints {
			o.selectors = append(o.selectors, selected{"topology spread", c.LabelSelector.MatchLabels})
		}
	case *core.Service:
		o.service = x
		o.selectors = append(o.selectors, selected{"service", x.Spec.Selector})
	case *core.ConfigMap:
		if o.settings == nil {
			o.settings = map[string]bool{}
		}
		o.settings[x.Name] = true
	case *policy.PodDisruptionBudget:
		o.selectors = append(o.selectors, selected{"disruption budget", x.Spec.Selector.MatchLabels})
	case *networking.NetworkPolicy:
		o.selectors = append(o.selectors, selected{"network policy", x.Spec.PodSelector.MatchLabels})
	case *networking.Ingress:
		for _, rule := range x.Spec.Rules {
			for _, p := range rule.HTTP.Paths {
				o.backends = append(o.backends, *p.Backend.Service)
			}
		}
	}
}

// check finds what no schema does: selectors that select nothing, ports and settings that are nowhere, rights that "restricted" refuses.
func (o *objects) check() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if o.deployment == nil || o.service == nil {
		return append(faults, fmt.Errorf("there is no deployment, or no service"))
	}
	pod := o.deployment.Spec.Template
	for _, s := range o.selectors {
		if len(s.labels) == 0 || !contains(pod.Labels, s.labels) {
			fault("%s: its selector %v does not select the pods %v", s.by, s.labels, pod.Labels)
		}
	}
	ports := map[string]bool{}
	mounts := map[string]bool{}
	for _, c := range pod.Spec.Containers {
		for _, p := range c.Ports {
			ports[p.Name] = true
		}
		for _, e := range c.EnvFrom {
			if e.ConfigMapRef != nil && !o.settings[e.ConfigMapRef.Name] {
				fault("container %s: there is no ConfigMap %s", c.Name, e.ConfigMapRef.Name)
			}
		}
		for _, m := range c.VolumeMounts {
			mounts[m.Name] = true
		}
		for name, probe := range map[string]*core.Probe{"startup": c.StartupProbe, "readiness": c.ReadinessProbe, "liveness": c.LivenessProbe} {
			if probe == nil || probe.HTTPGet == nil || !ports[probe.HTTPGet.Port.StrVal] {
				fault("container %s: no %s probe, or one at a port that is not there", c.Name, name)
			}
		}
		s := c.SecurityContext
		if s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem ||
			s.Capabilities == nil || len(s.Capabilities.Drop) != 1 || s.Capabilities.Drop[0] != "ALL" {
			fault("container %s: it may do more than it needs", c.Name)
		}
	}
	for _, v := range pod.Spec.Volumes {
		if !mounts[v.Name] {
			fault("the volume %s is mounted nowhere", v.Name)
		}
	}
	if p := pod.Spec.SecurityContext; p == nil || p.RunAsNonRoot == nil || !*p.RunAsNonRoot || p.SeccompProfile == nil {
		fault("the pods may run as root, or without seccomp")
	}
	served := map[string]bool{}
	for _, p := range o.service.Spec.Ports {
		served[p.Name] = true
		if !ports[p.TargetPort.StrVal] {
			fault("service: no container has the port %s", p.TargetPort.StrVal)
		}
	}
	for _, b := range o.backends {
		if b.Name != o.service.Name || !served[b.Port.Name] {
			fault("ingress: there is no service %s with the port %s", b.Name, b.Port.Name)
		}
	}
	return faults
}

func contains(all, some map[string]string) bool {
	for key, value := range maps.All(some) {
		if all[key] != value {
			return false
		}
	}
	return true
}
