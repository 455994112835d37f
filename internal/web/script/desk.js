// Deciding: what a way would do is shown as one chooses it, and the slot is a block on the picture.
(() => {
	const form = document.getElementById("desk"), view = document.getElementById("view");
	if (!form || !view || !document.getElementById("send")) return;
	document.documentElement.classList.add("js");
	const keys = document.createElement("p");
	keys.id = "block-keys";
	keys.className = "unseen";
	keys.textContent = "Arrow keys left and right move the slot, up and down by a day, with Shift they move its end.";
	view.append(keys);
	const here = form.action.replace(/\/take$/, "");
	let turn = 0, wait;
	const load = async (more) => {
		const mine = ++turn, query = new URLSearchParams();
		for (const [name, value] of new FormData(form)) if (name !== "reason" && name !== "revision") query.append(name, value);
		for (const [name, value] of Object.entries(more)) value === null ? query.delete(name) : query.set(name, value);
		query.set("part", "slot");
		performance.mark("asked");
		const slow = setTimeout(() => form.setAttribute("aria-busy", "true"), 300);
		try {
			const answer = await fetch(here + "?" + query, { headers: { Accept: "text/html" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			if (mine !== turn || block.held()) return;
			if (!page.getElementById("weighed")) {
				location.reload(); // the session has ended, or there is nothing left to decide
				return;
			}
			const focused = block.focused();
			swapParts(page, ["look", "picker", "weighed", "send"]);
			show(focused);
			performance.measure("verdict", "asked");
		} catch {
			document.querySelector(".effects").textContent = "The server cannot be reached. Try again in a moment.";
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
		done: (start, end) => load({ start: new Date(start).toISOString(), end: new Date(end).toISOString(), way: null }),
	});
	const show = (focus) => {
		const times = [...document.querySelectorAll("#verdict .chosen time")].map((t) => Date.parse(t.dateTime));
		block.show(times[0], times[1], focus);
	};
	show(false);
	block.reveal();
	if (form.querySelector(".restored")) load({}); // what was chosen before a reload
	form.addEventListener("change", (event) => {
		if (["way", "offer", "hold", "pass", "against"].includes(event.target.name)) load({});
		if (["start", "end"].includes(event.target.name)) load({ way: null });
		if (event.target.name === "at" && event.target.value) load({});
	});
	form.addEventListener("click", (event) => {
		const button = event.target.closest("button");
		if (button && ["pan", "zoom"].includes(button.name)) {
			event.preventDefault();
			load({ [button.name]: button.value });
		}
		const ghost = event.target.closest("[data-ghost]");
		const offers = [...form.querySelectorAll('input[name="offer"]')], slots = offers.length ? offers : [...form.querySelectorAll("[data-way]")];
		if (ghost) slots[Number(ghost.dataset.ghost)]?.click();
	});
	form.addEventListener("input", (event) => {
		if (event.target.name !== "hold") return;
		clearTimeout(wait);
		wait = setTimeout(() => load({}), 300);
	});
})();
