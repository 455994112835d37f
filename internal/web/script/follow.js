// Following changes: what has changed on the server replaces what differs on the page. What is typed, ticked, opened or focused stays; a form in which
// somebody is typing stays as a whole, and a note says that there is something new. A page that is not looked at follows nothing.
(() => {
	if (!document.body.dataset.who) return;
	const request = document.querySelector("[data-request]")?.dataset.request;
	const parts = () => [...document.querySelectorAll("[data-live][id]")];
	const whole = request || location.pathname === "/schedule";
	let held = false;

	const added = (node) => node.nodeType === 1 && node.matches(".copier, .restored, [data-added]");
	const dirty = (form) => [...form.elements].some((e) => {
		if (e.type === "checkbox" || e.type === "radio") return e.name !== "pick" && e.checked !== e.defaultChecked;
		if (e.tagName === "SELECT") return [...e.options].some((o) => o.selected !== o.defaultSelected) && e.selectedIndex > 0;
		return "defaultValue" in e && e.type !== "hidden" && e.value !== e.defaultValue;
	});
	const attributes = (now, next) => {
		for (const { name, value } of next.attributes) {
			if (now.getAttribute(name) === value) continue;
			if (now.type === "checkbox" && name === "value") now.checked = false; // it stands for something else now
			now.setAttribute(name, value);
		}
		for (const { name } of [...now.attributes]) {
			if (!next.hasAttribute(name) && !["open", "aria-expanded"].includes(name) && !name.startsWith("data-js")) now.removeAttribute(name);
		}
	};
	const sync = (now, next) => {
		if (now.nodeName !== next.nodeName || now.id !== next.id) return now.replaceWith(next);
		if (now.nodeType !== 1) {
			if (now.data !== next.data) now.data = next.data;
			return;
		}
		if (now.isEqualNode(next)) return;
		if (now.nodeName === "FORM" && (dirty(now) || now.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select"))) {
			held = true;
			return;
		}
		attributes(now, next);
		children(now, next);
	};
	const children = (now, next) => {
		const known = new Map([...now.children].filter((n) => n.id && !added(n)).map((n) => [n.id, n]));
		let at = now.firstChild;
		for (const want of [...next.childNodes]) {
			while (at && added(at)) at = at.nextSibling;
			let have = want.id ? known.get(want.id) : at && !at.id ? at : null;
			if (have && have.nodeName !== want.nodeName) have = null;
			if (!have) {
				now.insertBefore(want, at);
				continue;
			}
			if (have === at) at = at.nextSibling;
			else now.insertBefore(have, at);
			sync(have, want);
		}
		while (at) {
			const gone = at;
			at = at.nextSibling;
			if (!added(gone)) gone.remove();
		}
	};

	const tell = () => {
		if (document.querySelector(".changed")) return;
		const note = document.createElement("p"), link = document.createElement("a");
		note.className = "changed";
		note.setAttribute("role", "status");
		link.href = location.href;
		link.textContent = "Show the new version";
		note.append("This page has changed. ", link);
		document.body.append(note);
	};
	const shared = ["header > nav", ".bell", ".tabbar"];
	const fetched = async (address) => {
		const answer = await fetch(address, { headers: { Accept: "text/html" } });
		if (!answer.ok || answer.redirected) throw new Error("no page");
		return new DOMParser().parseFromString(await answer.text(), "text/html");
	};
	const refresh = async (here) => {
		if (here && !dispatchEvent(new CustomEvent("berth:changed", { cancelable: true }))) here = false; // the page draws it anew by itself
		const page = await fetched(here ? location.href : "/notifications");
		for (const selector of shared) {
			const now = document.querySelector(selector), next = page.querySelector(selector);
			if (!now || !next) continue;
			if (!here) for (const x of next.querySelectorAll("[aria-current]")) x.removeAttribute("aria-current");
			if (!here) for (const x of now.querySelectorAll("[aria-current]")) [...next.querySelectorAll("a")].find((a) => a.href === x.href)?.setAttribute("aria-current", "page");
			sync(now, next);
		}
		document.title = document.title.replace(/^\(\d+\) /, "").replace(/^/, /^\(\d+\) /.exec(page.title)?.[0] || "");
		if (!here) return;
		held = false;
		const list = whole ? [document.getElementById("main")] : parts();
		for (const part of list) {
			const next = page.getElementById(part.id);
			next?.querySelector(".note")?.remove(); // it told of the last step
			if (next) sync(part, next);
		}
		if (held) tell();
		document.dispatchEvent(new Event("berth:renewed"));
	};

	let wait = null, mine = false;
	const soon = (here) => {
		mine ||= here;
		clearTimeout(wait);
		wait = setTimeout(() => {
			const all = mine;
			mine = false;
			refresh(all).catch(() => { if (all) tell(); });
		}, 150);
	};
	let source = null, after = document.body.dataset.asOf || "";
	const follow = () => {
		if (document.hidden || source) return;
		source = new EventSource("/changes?after=" + after);
		source.onmessage = (message) => {
			after = message.lastEventId;
			const change = JSON.parse(message.data);
			if (change.kind === "digest") return;
			soon(request ? String(change.number) === request : Boolean(whole || parts().length));
		};
	};
	const rest = () => {
		source?.close();
		source = null;
	};
	document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else follow(); });
	addEventListener("pagehide", rest);
	addEventListener("pageshow", follow);
	follow();
})();
