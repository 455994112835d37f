// Following changes: a page that nobody types in is loaded anew; else a note says that there is something new.
(() => {
	if (!document.querySelector("nav")) return;
	const here = document.querySelector("[data-request]");
	const schedule = ["/", "/schedule"].includes(location.pathname) || location.pathname === "/requests";
	if (!here && !schedule) return;
	let typed = false;
	document.addEventListener("input", () => { typed = true; });
	const fresh = () => {
		if (!dispatchEvent(new CustomEvent("berth:changed", { cancelable: true }))) return; // the page draws it anew by itself
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
