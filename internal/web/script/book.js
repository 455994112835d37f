// Choosing a slot on the picture: the fields follow the block, and what depends on the slot is fetched. What was typed stays.
(() => {
	const form = document.getElementById("book"), view = document.getElementById("view");
	if (!form || !view) return;
	document.documentElement.classList.add("js");
	const parts = ["kept", "length", "look", "picker", "free", "times", "verdict", "send"], typed = ["name", "description", "mentor"];
	const keys = document.createElement("p");
	keys.id = "block-keys";
	keys.className = "unseen";
	keys.textContent = "Arrow keys left and right move the slot, up and down by a day, with Shift they move its end. Home and End go to the first and the last free time shown.";
	view.append(keys);

	const say = (text, link) => {
		const note = document.createElement("p");
		note.className = "failed";
		note.append(text);
		if (link) {
			const a = document.createElement("a");
			a.href = link;
			a.textContent = "Sign in";
			note.append(" ", a, ". What you typed is kept.");
		}
		const old = document.querySelector("#verdict > .failed, #verdict > .fits");
		if (old) old.replaceWith(note);
		else document.getElementById("verdict").prepend(note);
	};
	const address = (all, more = {}) => {
		const query = new URLSearchParams();
		for (const [name, value] of new FormData(form)) if (value && (all || !typed.includes(name))) query.append(name, value);
		for (const [name, value] of Object.entries(more)) query.set(name, value);
		return "/new?" + query;
	};
	let turn = 0;
	const load = async (more) => {
		const mine = ++turn;
		const slow = setTimeout(() => form.setAttribute("aria-busy", "true"), 300);
		performance.mark("asked");
		try {
			const answer = await fetch(address(false, { ...more, part: "slot" }), { headers: { Accept: "text/html" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			if (mine !== turn || block.held()) return; // a later choice is on its way
			if (new URL(answer.url).pathname === "/sign-in") {
				say("Your session has ended, so the slot was not checked.", "/sign-in?to=" + encodeURIComponent(address(true)));
				return;
			}
			if (!page.getElementById("verdict")) {
				say((page.querySelector(".failed") || page.body).textContent.trim());
				return;
			}
			const focused = block.focused();
			swapParts(page, parts);
			show(focused);
			performance.measure("verdict", "asked");
			const all = address(true);
			if (all.length < 4000) history.replaceState(null, "", all);
		} catch {
			if (mine === turn) say("The server cannot be reached. The slot was not checked; try again in a moment.");
		} finally {
			clearTimeout(slow);
			if (mine === turn) form.removeAttribute("aria-busy");
		}
	};
	const block = slotBlock(view, {
		change: (start, end) => {
			form.start.value = wallTime(start, block.zone());
			form.end.value = wallTime(end, block.zone());
			document.querySelector("#verdict .chosen")?.classList.add("stale");
		},
		done: (start, end) => load({ step: "check", start: new Date(start).toISOString(), end: new Date(end).toISOString() }),
	});
	// show draws the block where the server says that the slot is.
	const show = (focus) => {
		const times = [...document.querySelectorAll("#verdict .chosen time")].map((t) => Date.parse(t.dateTime));
		block.show(times[0], times[1], focus);
	};
	show(false);
	block.reveal();

	form.addEventListener("click", (event) => {
		const button = event.target.closest("button");
		if (button && ["pan", "zoom", "take", "way", "as-asked"].includes(button.name)) {
			event.preventDefault();
			load({ [button.name]: button.value });
		}
		if (button && button.name === "leave") {
			event.preventDefault();
			form.except.value = [form.except.value.trim(), button.value].filter(Boolean).join(", ");
			load({});
		}
		const ghost = event.target.closest("[data-ghost]");
		if (ghost) form.querySelector(`[data-way="${ghost.dataset.ghost}"]`)?.click();
		const share = event.target.closest(".share");
		if (share && navigator.clipboard) {
			event.preventDefault();
			navigator.clipboard.writeText(share.href).then(() => { share.textContent = "Link copied"; }, () => { location.href = share.href; });
		}
	});
	form.addEventListener("change", (event) => {
		const more = { start: { step: "check" }, end: { step: "check" }, hours: { step: "find" }, working: {}, at: {}, unit: {}, every: {}, on: {}, times: {}, until: {}, except: {} }[event.target.name];
		if (more && (event.target.name !== "at" || event.target.value)) load(more);
	});
	form.addEventListener("submit", (event) => {
		if (event.submitter?.value !== "check") return;
		event.preventDefault();
		load({ step: "check" });
	});
})();

// A list is filtered as one types.
(() => {
	const find = document.querySelector("[data-filter]");
	find?.addEventListener("input", () => {
		const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
		for (const item of document.querySelectorAll(find.dataset.filter)) item.hidden = !words.every((w) => item.textContent.toLowerCase().includes(w));
	});
})();
