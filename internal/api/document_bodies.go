package api

// bodies gives the bodies of calls whose required fields alone would say little.
var bodies = map[string]string{
	"create-request": `{
  "name": "HyDRA spectrum",
  "nsd": "hydra_baseline_nsd",
  "slot": {"start": "2026-12-03T09:00:00Z", "end": "2026-12-03T13:00:00Z"},
  "description": "Two USRPs, one afternoon."
}`,
	"check-availability": `{
  "nsd": "hydra_baseline_nsd",
  "slot": {"start": "2026-12-03T09:00:00Z", "end": "2026-12-03T13:00:00Z"}
}`,
	"suggest-availability": `{
  "nsd": "hydra_baseline_nsd",
  "duration": "PT4H",
  "window": {"start": "2026-12-01T00:00:00Z", "end": "2026-12-15T00:00:00Z"},
  "limit": 5
}`,
	"schedule-request": `{"dry_run": true}`,
	"reject-request": `{
  "reason": "The mast is being painted.",
  "alternatives": 3,
  "hold_for": "P3D"
}`,
	"move-request": `{
  "slot": {"start": "2026-12-04T09:00:00Z", "end": "2026-12-04T13:00:00Z"},
  "reason": "A day later suits everybody."
}`,
	"cancel-request":  `{"reason": "The hardware did not arrive."}`,
	"approve-request": `{"decision": "approved"}`,
	"create-closure": `{
  "summary": "Maintenance",
  "start": "2026-12-10T08:00:00",
  "duration": "PT4H",
  "vims": ["iris"]
}`,
	"add-feedback":     `{"text": "The spectrum was clean all afternoon."}`,
	"create-token":     `{"name": "nightly report", "scopes": ["read"], "expires": "2027-03-01T00:00:00Z"}`,
	"authorize-device": `{"client_id": "berth on laptop", "scope": "read write"}`,
	"get-device-token": `{"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "berth_0cZ…"}`,
	"create-webhook": `{
  "name": "portal",
  "url": "https://portal.example.org/berth",
  "actions": ["schedule", "move", "cancel"]
}`,
}
