// Drafts: what is typed into a form stays in this tab, through a reload, a sign-in and the way back, until the form was accepted.
(() => {
	const who = document.body.dataset.who;
	if (location.pathname === "/sign-in") return;
	if (!who) return;
	const all = () => Object.keys(sessionStorage).filter((k) => k.startsWith("draft "));
	for (const k of all()) if (!k.startsWith("draft " + who + " ")) sessionStorage.removeItem(k); // another user's
	const sent = sessionStorage.getItem("sent");
	if (sent && document.querySelector("p.note, .fits .copy")) {
		sessionStorage.removeItem(sent);
		sessionStorage.removeItem("sent");
	}
	document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", () => sessionStorage.clear());
	const fields = (form) => [...form.elements].filter((e) => e.name && e.type !== "hidden" && e.type !== "password" && e.type !== "submit");
	for (const form of document.querySelectorAll("form[data-keep]")) {
		const fixed = ["action", "testbed", "nsd", "username"].map((n) => form.querySelector(`input[type="hidden"][name="${n}"]`)?.value || "");
		const key = ["draft", who, location.pathname, ...fixed].join(" ");
		const save = () => {
			const list = fields(form).map((e) => [e.name, e.type === "checkbox" || e.type === "radio" ? e.checked : e.value]);
			try { sessionStorage.setItem(key, JSON.stringify(list)); } catch { /* the tab has no room left */ }
		};
		form.addEventListener("input", save);
		form.addEventListener("submit", () => {
			if (sessionStorage.getItem(key)) sessionStorage.setItem("sent", key);
		});
		const draft = JSON.parse(sessionStorage.getItem(key) || "null");
		if (!draft || form.querySelector("#refused")) continue; // the server has filled in a refused form
		const now = fields(form), chosen = ["start", "end", "zone", "hours", "at", "working"]; // these the address knows
		let changed = false;
		const used = new Map();
		draft.forEach(([name, value]) => {
			const nth = used.get(name) || 0, e = now.filter((x) => x.name === name)[nth];
			used.set(name, nth + 1);
			if (!e || ["book", "desk"].includes(form.id) && chosen.includes(name)) return;
			const kind = e.type === "checkbox" || e.type === "radio" ? "checked" : "value";
			changed ||= e[kind] !== value;
			e[kind] = value;
		});
		if (!changed) continue;
		form.closest("details")?.setAttribute("open", "");
		const note = document.createElement("p"), drop = document.createElement("button");
		note.className = "hint restored";
		note.append("What you typed here before was kept. ");
		drop.type = "button";
		drop.className = "quiet";
		drop.textContent = "Discard it";
		drop.addEventListener("click", () => {
			sessionStorage.removeItem(key);
			form.reset();
			note.remove();
		});
		note.append(drop);
		form.prepend(note);
	}
})();
