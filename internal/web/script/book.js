// Choosing a slot on the picture: drag over it; the fields follow, and the verdict is fetched.
(() => {
	const form = document.getElementById("book");
	const picker = document.getElementById("picker");
	if (!form || !picker) return;
	const drawing = () => picker.querySelector("svg[data-from]");
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
		document.getElementById("verdict").replaceChildren(note);
	};
	const address = (all) => {
		const data = new FormData(form), query = new URLSearchParams();
		for (const [name, value] of data) {
			if (value && name !== "anyway" && (all || !["name", "description", "mentor"].includes(name))) query.set(name, value);
		}
		if (drawing()) query.set("at", new Date(Number(drawing().dataset.from)).toISOString().slice(0, 19) + "Z");
		return "/new?" + query;
	};
	let wait, turn = 0;
	const check = () => {
		clearTimeout(wait);
		wait = setTimeout(async () => {
			if (!form.start.value || !form.end.value) return;
			const mine = ++turn;
			let answer, page;
			try {
				answer = await fetch(address(false), { headers: { Accept: "text/html" } });
				page = new DOMParser().parseFromString(await answer.text(), "text/html");
			} catch {
				if (mine === turn) say("The server cannot be reached. The slot was not checked; try again in a moment.");
				return;
			}
			if (mine !== turn || dragging !== null) return; // a later choice is on its way
			if (new URL(answer.url).pathname === "/sign-in") {
				say("Your session has ended, so the slot was not checked.", "/sign-in?to=" + encodeURIComponent(address(true)));
				return;
			}
			if (!page.getElementById("verdict")) {
				say((page.querySelector(".failed") || page.body).textContent.trim());
				return;
			}
			for (const id of ["verdict", "picker"]) {
				document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
			}
			const all = address(true);
			if (all.length < 4000) history.replaceState(null, "", all);
		}, 80);
	};
	form.addEventListener("change", (event) => {
		if (["start", "end", "zone"].includes(event.target.name)) check();
	});

	const quarter = 15 * 60 * 1000;
	let dragging = null;
	const at = (event) => {
		const svg = drawing();
		const box = svg.getBoundingClientRect();
		const scale = svg.viewBox.baseVal.width / box.width;
		const left = Number(svg.dataset.left), from = Number(svg.dataset.from), to = Number(svg.dataset.to);
		const share = ((event.clientX - box.left) * scale - left) / (Number(svg.dataset.right) - left);
		return Math.round((from + Math.min(Math.max(share, 0), 1) * (to - from)) / quarter) * quarter;
	};
	const written = (time) => {
		const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: drawing().dataset.zone, dateStyle: "short", timeStyle: "short" }).format(new Date(time));
		return shown.replace(" ", "T");
	};
	// The block that is drawn while it is dragged, with its times in it.
	const block = (start, end) => {
		const svg = drawing(), data = svg.dataset, space = "http://www.w3.org/2000/svg";
		const x = (t) => Number(data.left) + (t - data.from) / (data.to - data.from) * (data.right - data.left);
		let g = svg.querySelector(".tl-drag");
		if (!g) {
			g = document.createElementNS(space, "g");
			g.setAttribute("class", "tl-drag");
			g.append(document.createElementNS(space, "rect"), document.createElementNS(space, "text"));
			svg.append(g);
		}
		const [rect, text] = g.children;
		for (const [name, value] of Object.entries({ x: x(start), y: data.top, width: Math.max(x(end) - x(start), 1), height: data.bottom - data.top })) rect.setAttribute(name, value);
		text.setAttribute("x", Math.min(x(start) + 4, data.right - 90));
		text.setAttribute("y", Number(data.top) + 14);
		text.textContent = written(start).slice(11) + "–" + written(end).slice(11) + (start < Date.now() ? " (past)" : "");
		g.classList.toggle("tl-drag-past", start < Date.now());
	};
	picker.addEventListener("click", (event) => {
		const link = event.target.closest("a[href^='/new?']");
		if (!link) return;
		const query = new URL(link.href, location.href).searchParams;
		if (!query.get("start") || !drawing()) return;
		event.preventDefault(); // what was typed stays
		form.zone.value = drawing().dataset.zone;
		form.start.value = written(new Date(query.get("start")).getTime());
		form.end.value = written(new Date(query.get("end")).getTime());
		check();
	});
	picker.addEventListener("pointerdown", (event) => {
		if (event.button !== 0 || event.pointerType === "touch" && !event.isPrimary || event.target.closest("a") || !drawing()) return;
		dragging = at(event);
		picker.setPointerCapture(event.pointerId);
		event.preventDefault();
		picker.focus({ preventScroll: true });
	});
	picker.addEventListener("pointermove", (event) => {
		if (dragging === null) return;
		const now = at(event), start = Math.min(dragging, now), end = Math.max(dragging, now, start + quarter);
		form.zone.value = drawing().dataset.zone;
		form.start.value = written(start);
		form.end.value = written(end);
		block(start, end);
	});
	picker.addEventListener("pointerup", () => {
		if (dragging === null) return;
		dragging = null;
		check();
	});
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
