// One conversation with a server through a client that is generated from its OpenAPI document: what is free, a refusal with alternatives, a request,
// its thread, its end. Arguments: address of the server, username, password.
import createClient from "openapi-fetch";
import type { paths, components } from "./schema.js";

declare const process: { argv: string[]; exit(code: number): never };

const [base = "", user = "", password = ""] = process.argv.slice(2);
const berth = createClient<paths>({ baseUrl: base + "/api/v1", headers: { Authorization: "Basic " + btoa(user + ":" + password) } });

function expect(condition: unknown, what: string): asserts condition {
  if (!condition) {
    console.error("not as expected: " + what);
    process.exit(1);
  }
}

const me = await berth.GET("/me");
expect(me.data?.username === user, "who I am");

const testbeds = await berth.GET("/testbeds");
expect((testbeds.data?.items?.length ?? 0) > 3, "testbeds");

const from = new Date(Date.now() + 30 * 86400e3), to = new Date(from.getTime() + 10 * 86400e3);
const instant = (t: Date): string => t.toISOString().replace(/\.\d+Z/, "Z");
const free = await berth.POST("/availability/suggest", { body: { nsd: "hello_world_nsd", duration: "PT2H", window: { start: instant(from), end: instant(to) }, limit: 2 } });
const best: components["schemas"]["Alternative"] | undefined = free.data?.alternatives?.[0];
expect(best, "a free slot");

const refused = await berth.POST("/requests", { body: { name: "too large", nsd: "robotview5g_nsd", slot: best.slot } });
expect(refused.error?.status === 409 && (refused.error.problems?.length ?? 0) > 0, "a refusal that says why");

const made = await berth.POST("/requests", { body: { name: "typed", nsd: "hello_world_nsd", slot: best.slot }, params: { header: { "Idempotency-Key": "typed-1" } } });
const id = made.data?.request.id;
expect(made.response.status === 201 && id, "a request");

const said = await berth.POST("/requests/{id}/feedback", { params: { path: { id } }, body: { text: "hello" } });
expect(said.data?.text === "hello", "a remark");

const ended = await berth.POST("/requests/{id}/cancel", { params: { path: { id } }, body: { reason: "only a test" } });
expect(ended.data?.request.status === "CANCELLED", "its end");
console.log("done " + made.data?.request.number);
