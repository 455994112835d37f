// What the tests do with tsdav: a small client that keeps a calendar in a file. "drag" changes an event there; "sync" writes what was changed with
// the entity tag that it was read with, reads everything anew, and keeps what it changed itself until the server has another version of it.
import fs from 'node:fs';
import {createDAVClient} from 'tsdav';

const [url, username, password, name, action, ...rest] = process.argv.slice(2);
const file = 'events.json';
const events = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file)) : {};
const property = (data, which) => new RegExp(`^${which}:(.*)$`, 'm').exec(data.replaceAll('\r', ''))?.[1];

async function push(client) {
	for (const e of Object.values(events).filter((e) => e.dirty)) {
		const answer = await client.updateCalendarObject({calendarObject: e});
		console.log('pushed', answer.status);
		if (answer.ok) {
			e.dirty = false;
			e.etag = '';
		}
	}
}

async function pull(client) {
	const calendar = (await client.fetchCalendars()).find((c) => c.url.endsWith(`/${name}/`));
	const now = await client.fetchCalendarObjects({calendar});
	for (const o of now.filter((o) => events[o.url]?.etag !== o.etag)) {
		events[o.url] = {url: o.url, etag: o.etag, data: o.data};
	}
	const there = new Set(now.map((o) => o.url));
	Object.keys(events).filter((u) => !there.has(u)).forEach((u) => delete events[u]);
}

if (action === 'sync') {
	const client = await createDAVClient({serverUrl: `${url}/dav/`, credentials: {username, password}, authMethod: 'Basic', defaultAccountType: 'caldav'});
	await push(client);
	await pull(client);
} else if (action === 'drag') {
	const [uid, start, end] = rest;
	const e = Object.values(events).find((e) => property(e.data, 'UID') === uid);
	e.data = e.data.replace(/DTSTART:\w+/, `DTSTART:${start}`).replace(/DTEND:\w+/, `DTEND:${end}`);
	e.dirty = true;
} else {
	Object.values(events).forEach((e) => console.log(property(e.data, 'UID'), property(e.data, 'DTSTART')));
}
fs.writeFileSync(file, JSON.stringify(events));
