// What the pages do besides: everything works without it.
"use strict";

// The server learns the time zone of this browser, and it is among those that can be chosen.
(() => {
	const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
	if (!mine) return;
	document.cookie = "berth-zone=" + encodeURIComponent(mine) + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
	for (const select of document.querySelectorAll('select[name="zone"]')) {
		if (![...select.options].some((o) => o.value === mine)) select.append(new Option(mine + " (mine)", mine));
	}
})();

// Following changes: a page that nobody types in is loaded anew; else a note says that there is something new.
(() => {
	if (!document.querySelector("nav")) return;
	const here = document.querySelector("[data-request]");
	const schedule = location.pathname === "/" || location.pathname === "/requests";
	if (!here && !schedule) return;
	let typed = false;
	document.addEventListener("input", () => { typed = true; });
	const fresh = () => {
		const open = document.querySelector("details[open], textarea:focus, input:focus, select:focus");
		if (!typed && !open) {
			location.reload();
			return;
		}
		if (document.querySelector(".changed")) return;
		const note = document.createElement("p");
		note.className = "changed";
		note.setAttribute("role", "status");
		note.append("This page has changed. ");
		const link = document.createElement("a");
		link.href = location.href;
		link.textContent = "Show the new version";
		note.append(link);
		document.body.append(note);
	};
	const source = new EventSource("/changes");
	source.onmessage = (message) => {
		const change = JSON.parse(message.data);
		if (schedule && change.kind !== "digest" || here && String(change.number) === here.dataset.request) fresh();
	};
	addEventListener("pagehide", () => source.close());
})();

// Choosing a slot on the picture: drag over it; the fields follow, and the verdict is fetched.
(() => {
	const form = document.getElementById("pick");
	const picker = document.getElementById("picker");
	if (!form || !picker) return;
	let wait;
	const check = () => {
		clearTimeout(wait);
		wait = setTimeout(async () => {
			if (!form.start.value || !form.end.value) return;
			const address = "/new?" + new URLSearchParams(new FormData(form));
			const answer = await fetch(address, { headers: { Accept: "text/html" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			for (const id of ["verdict", "picker"]) {
				const from = page.getElementById(id), to = document.getElementById(id);
				if (from && to && !(id === "picker" && dragging)) to.replaceChildren(...from.childNodes);
			}
			if (answer.ok) history.replaceState(null, "", address + "#slot");
		}, 250);
	};
	form.addEventListener("change", check);

	const quarter = 15 * 60 * 1000;
	let dragging = null;
	const at = (event) => {
		const svg = picker.querySelector("svg");
		const box = svg.getBoundingClientRect();
		const scale = svg.viewBox.baseVal.width / box.width;
		const left = Number(svg.dataset.left), from = Number(svg.dataset.from), to = Number(svg.dataset.to);
		const x = (event.clientX - box.left) * scale;
		const share = (x - left) / (Number(svg.dataset.right) - left);
		return Math.round((from + Math.min(Math.max(share, 0), 1) * (to - from)) / quarter) * quarter;
	};
	const written = (time) => {
		const svg = picker.querySelector("svg");
		const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: svg.dataset.zone, dateStyle: "short", timeStyle: "short" }).format(new Date(time));
		return shown.replace(" ", "T");
	};
	picker.addEventListener("pointerdown", (event) => {
		if (event.button !== 0 || event.target.closest("a") || !picker.querySelector("svg[data-from]")) return;
		dragging = at(event);
		picker.setPointerCapture(event.pointerId);
		event.preventDefault();
	});
	picker.addEventListener("pointermove", (event) => {
		if (dragging === null) return;
		const now = at(event), svg = picker.querySelector("svg");
		form.zone.value = svg.dataset.zone;
		form.start.value = written(Math.min(dragging, now));
		form.end.value = written(Math.max(dragging, now, Math.min(dragging, now) + quarter));
	});
	const drop = () => {
		if (dragging === null) return;
		dragging = null;
		check();
	};
	picker.addEventListener("pointerup", drop);
	picker.addEventListener("pointercancel", () => { dragging = null; });
	picker.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (!step || !form.start.value || !form.end.value) return;
		event.preventDefault();
		const move = (field) => {
			const time = new Date(field.value + "Z").getTime() + step * 4 * quarter;
			field.value = new Date(time).toISOString().slice(0, 16);
		};
		if (!event.shiftKey) move(form.start);
		move(form.end);
		check();
	});
})();
