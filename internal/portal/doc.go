// Package portal is a client for what the portal of 5GinFIRE answers: the deployments that people ask for there. Two generations of it exist, which
// differ in statuses, fields and dates; deployment.go reads both. The package knows nothing of Berth. Package portaltest stands for the portal in
// tests and in the demo.
package portal
