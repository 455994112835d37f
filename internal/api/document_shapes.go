package api

// shapes gives examples of shapes whose fields alone would say little, by their names in the document. Each is as a server of the demo answers.
var shapes = map[string]string{"View": viewExample, "Request": requestExample, "Outcome": `{"request": ` + requestExample + `, "fit": {"ok": true}, "deployable": {"ok": true}}`,
	"Alternative": alternativeExample, "Conflict": conflictExample,
	"DeviceCodes": `{"device_code": "berth_0cZ…", "user_code": "WDJB-MJHT", "verification_uri": "https://berth.example.org/device", "verification_uri_complete": "https://berth.example.org/device?code=WDJB-MJHT", "expires_in": 600, "interval": 5}`,
	"DeviceToken": `{"access_token": "berth_9fK…", "token_type": "Bearer", "scope": "read write", "expires_in": 7776000, "token_id": "019c1f6e-7a3b-7c5d-9e8f-0a1b2c3d4e5f"}`,
	"OauthError":  `{"error": "authorization_pending", "error_description": "nobody has confirmed the code yet"}`}

const requestExample = `{` + requestFields + `}`

const viewExample = `{` + requestFields + `, "fit": {"ok": true}, "deployable": {"ok": true}, "actions": ["move", "start", "cancel", "feedback"]}`

const requestFields = `"id": "5789c384-3a67-42d7-bde0-73147f7843b4", "number": 42, "name": "MARATHON review day", "nsd": "marathon_ns", "description": "Massive MTC radio access over four software radios.",
"organisation": "Trinity College Dublin", "experimenter": "maeve", "mentor": "monika", "status": "SCHEDULED",
"slot": {"start": "2027-01-14T08:00:00Z", "end": "2027-01-14T18:00:00Z"}, "requested": {"start": "2027-01-14T08:00:00Z", "end": "2027-01-14T18:00:00Z"},
"window": {"start": "2027-01-12T08:00:00Z", "end": "2027-01-20T18:00:00Z"},
"components": [{"member": "1", "vnf": "marathon_vnfd", "size": {"memory_mb": 4096, "storage_gb": 10, "vcpu": 2}, "requires": ["sdr"], "onboarded": ["wins-5g/iris"]}],
"devices": [{"testbed": "wins-5g", "device": "usrp-n210", "count": 4}], "placement": {"1": "wins-5g/iris"},
"demand": [{"testbed": "wins-5g", "vim": "iris", "quantity": "vcpu", "amount": 2}, {"testbed": "wins-5g", "device": "usrp-n210", "amount": 4}],
"approvals": [{"testbed": "wins-5g", "policy": "required", "decision": "approved", "by": "paddy", "at": "2027-01-08T10:00:00Z", "revision": 1}],
"scheduled": {"start": "2027-01-14T08:00:00Z", "end": "2027-01-14T18:00:00Z"}, "occupied": {"start": "2027-01-14T08:00:00Z", "end": "2027-01-14T18:00:00Z"},
"revision": 3, "created": "2027-01-08T09:00:00Z", "updated": "2027-01-08T11:00:00Z"`

const alternativeExample = `{"slot": {"start": "2027-01-14T11:00:00Z", "end": "2027-01-14T15:00:00Z"}, "placement": {"1": "wins-5g/iris"}, "devices": [{"testbed": "wins-5g", "device": "usrp-n210", "count": 3}],
"changes": [{"kind": "shift", "seconds": 7200, "from": "2027-01-14T09:00:00Z", "to": "2027-01-14T11:00:00Z", "text": "starts 2 h later"}], "cost": 2}`

const conflictExample = `{"resource": {"testbed": "wins-5g", "device": "usrp-n210"}, "interval": {"start": "2027-01-14T09:00:00Z", "end": "2027-01-14T11:00:00Z"}, "needed": 3, "free": 2, "short_by": 1,
"taken_by": [{"kind": "booking", "request": 41, "amount": 2, "interval": {"start": "2027-01-14T08:00:00Z", "end": "2027-01-14T11:00:00Z"}}]}`

// problemExample is the refusal of a slot that does not fit.
const problemExample = `{"type": "urn:berth:problem:conflict", "title": "Conflict", "status": 409, "detail": "the slot does not fit", "request_id": "c5d1f1b2",
"conflicts": [` + conflictExample + `], "messages": ["wins-5g usrp-n210: short by 1 (3 needed, 2 free), 2027-01-14 09:00:00Z – 2027-01-14 11:00:00Z; taken by #41"], "alternatives": [` + alternativeExample + `]}`
