// The schedule: its links change the picture in place; it pans, zooms, and finds testbeds as one types.
(() => {
	const root = document.getElementById("schedule");
	if (!root) return;
	const part = (id) => document.getElementById(id);
	const chart = () => root.querySelector(".tl-chart");
	const find = part("find");
	const minute = 60 * 1000, hour = 60 * minute, day = 24 * hour, narrow = matchMedia("(max-width: 48rem)");

	// The server draws for the width that there is.
	const width = () => {
		const row = root.querySelector(".tl-head .tl-row > svg");
		return Math.round(narrow.matches ? Math.max(innerWidth * 1.6, 560) : (row || part("picture")).getBoundingClientRect().width - (row ? 0 : 200));
	};
	const tell = () => {
		if (width() > 0) document.cookie = "berth-width=" + width() + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
	};
	const drawn = () => Number(root.querySelector(".tl-head svg")?.getAttribute("width") || 0);
	const misfit = () => drawn() && Math.abs(drawn() / width() - 1) > (narrow.matches ? .3 : .06);

	// show replaces the picture by that of another address; keep says what happens to the history.
	let turn = 0;
	const show = async (address, keep = "push") => {
		const mine = ++turn, late = setTimeout(() => root.classList.add("busy"), 300);
		let answer, page;
		try {
			answer = await fetch(address, { headers: { Accept: "text/html" } });
			page = new DOMParser().parseFromString(await answer.text(), "text/html");
		} catch {
			if (mine === turn) location.href = address;
			return;
		} finally {
			clearTimeout(late);
			if (mine === turn) root.classList.remove("busy");
		}
		if (mine !== turn) return; // a later one is on its way
		if (!page.getElementById("schedule")) {
			location.href = address;
			return;
		}
		const at = focused();
		for (const id of ["range", "steps", "spans", "picture"]) part(id).replaceChildren(...page.getElementById(id).childNodes);
		for (const name of ["aria-label", "data-found"]) part("picture").setAttribute(name, page.getElementById("picture").getAttribute(name));
		const old = root.querySelectorAll('.controls > input[type="hidden"]');
		old[0]?.before(...page.querySelectorAll('.controls > input[type="hidden"]'));
		for (const x of old) x.remove();
		for (const id of ["filter", "when", "dates"]) if (!part(id).open) part(id).replaceChildren(...page.getElementById(id).childNodes);
		const url = new URL(answer.url);
		if (find.value) url.searchParams.set("q", find.value);
		if (keep === "push") history.pushState(null, "", url);
		if (keep === "replace") history.replaceState(null, "", url);
		ready();
		restore(at);
		document.dispatchEvent(new Event("berth:drawn"));
	};
	// focused names the element with the focus, so that it is found again in the new picture.
	const focused = () => {
		const a = document.activeElement;
		if (!a || !root.contains(a) || a === find) return null;
		if (a.id) return () => part(a.id);
		const lane = a.closest("[data-lane]")?.dataset.lane, key = a.dataset.key || "", span = a.dataset.span || "", href = a.getAttribute("href");
		return () => {
			if (key) return root.querySelector(`[data-key="${key}"]`);
			if (span) return root.querySelector(`[data-span="${span}"]`);
			const row = lane && root.querySelector(`[data-lane="${CSS.escape(lane)}"]`);
			return (row && [...row.querySelectorAll("a")].find((x) => x.getAttribute("href") === href)) || row?.querySelector("a") || part("picture");
		};
	};
	const restore = (at) => at?.()?.focus({ preventScroll: true });

	const ready = () => {
		filter();
		cells();
		chart()?.classList.toggle("tl-pan", pannable());
	};

	// Finding: a lane is there if it has all the words. What the server left out comes back.
	const filter = () => {
		const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
		let any = false;
		for (const lane of root.querySelectorAll("[data-words]")) {
			const there = words.every((w) => lane.dataset.words.includes(w));
			any ||= there;
			lane.hidden = !there;
			for (const band of root.querySelectorAll(`[data-of="${CSS.escape(lane.dataset.lane || "")}"]`)) band.hidden = !there;
		}
		for (const fold of root.querySelectorAll(".tl-fold")) {
			const inside = [...fold.querySelectorAll("[data-words]")];
			if (!inside.length) continue;
			const some = inside.some((x) => !x.hidden);
			fold.hidden = !some;
			if (words.length && some) {
				if (!fold.open) fold.dataset.found = "";
				fold.open = true;
			} else if ("found" in fold.dataset) {
				delete fold.dataset.found;
				fold.open = false;
			}
		}
		part("nothing").hidden = any || !words.length;
	};
	const plain = (address) => {
		const url = new URL(address, location.href);
		url.searchParams.delete("q");
		return url;
	};
	find.addEventListener("input", () => {
		const url = new URL(location.href);
		find.value ? url.searchParams.set("q", find.value) : url.searchParams.delete("q");
		history.replaceState(null, "", url);
		if (part("picture").dataset.found) show(plain(url), "replace");
		else filter();
	});

	// Links within the schedule stay on this page.
	root.addEventListener("click", (event) => {
		const link = event.target.closest("a[href]");
		if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		const url = new URL(link.getAttribute("href"), location.href);
		if (url.origin !== location.origin || url.pathname !== "/schedule") return;
		event.preventDefault();
		const lane = url.hash.slice(1);
		show(plain(url)).then(() => { if (lane) part(decodeURIComponent(lane))?.scrollIntoView({ block: "center" }); });
	});
	for (const form of root.querySelectorAll("form")) form.addEventListener("submit", (event) => {
		event.preventDefault();
		const query = new URLSearchParams();
		for (const [name, value] of new FormData(form)) if (value && name !== "q") query.append(name, value);
		for (const menu of root.querySelectorAll("details.menu")) menu.open = false;
		show("/schedule?" + query);
	});
	addEventListener("popstate", () => {
		find.value = new URL(location.href).searchParams.get("q") || "";
		show(plain(location.href), "");
	});

	// range is the time shown, zoneDay a date in its zone.
	const range = () => ({ from: Number(chart().dataset.from), to: Number(chart().dataset.to) });
	const zoneDay = (time) => new Intl.DateTimeFormat("sv-SE", { timeZone: chart().dataset.zone, dateStyle: "short" }).format(new Date(time));
	const shownAs = () => root.querySelector('[data-span][aria-current]')?.dataset.span;
	const here = () => {
		const url = plain(location.href);
		for (const name of ["span", "at", "from", "to"]) url.searchParams.delete(name);
		return url;
	};
	const goTo = (from, to) => {
		const url = here(), iso = (t) => new Date(t).toISOString().slice(0, 19) + "Z";
		url.searchParams.set("span", "range");
		url.searchParams.set("from", iso(from));
		url.searchParams.set("to", iso(to));
		return show(url, "replace");
	};
	// pan moves the time shown; a week or longer by whole days.
	const pan = (by) => {
		const { from, to } = range(), span = shownAs();
		if (span && span !== "day") {
			const url = here();
			url.searchParams.set("span", span);
			url.searchParams.set("at", zoneDay(from + Math.round(by / day) * day + 12 * hour));
			return show(url, "replace");
		}
		const step = to - from > 3 * day ? day : to - from > 6 * hour ? hour : 15 * minute;
		by = Math.round(by / step) * step;
		return goTo(from + by, to + by);
	};
	const least = 2 * hour, most = 366 * day;
	const zoom = (factor, share = .5) => {
		const { from, to } = range(), length = Math.min(Math.max((to - from) * factor, least), most), middle = from + (to - from) * share;
		const step = length > 3 * day ? day : length > day / 2 ? hour : 15 * minute;
		const start = Math.round((middle - length * share) / step) * step, end = start + Math.max(Math.round(length / step), 1) * step;
		if (start !== from || end !== to) goTo(start, end);
	};

	// Dragging pans; the picture follows the pointer.
	const pannable = () => !!root.querySelector(".tl-head .tl-row > svg") && !narrow.matches;
	let drag = null, dragged = false;
	root.addEventListener("pointerdown", (event) => {
		const svg = event.target.closest(".tl-row > svg");
		if (!svg || event.button || event.pointerType === "touch" || !pannable()) return;
		drag = { x: event.clientX, id: event.pointerId, width: svg.getBoundingClientRect().width };
		dragged = false;
	});
	addEventListener("pointermove", (event) => {
		if (!drag || event.pointerId !== drag.id) return;
		const by = event.clientX - drag.x;
		if (!dragged && Math.abs(by) < 5) return;
		dragged = true;
		getSelection().removeAllRanges();
		chart().classList.add("tl-panning");
		chart().style.setProperty("--tl-shift", by + "px");
	});
	const drop = async (event) => {
		if (!drag || event.pointerId !== drag.id) return;
		const { from, to } = range(), by = (drag.x - event.clientX) / drag.width * (to - from);
		drag = null;
		if (!dragged) return;
		if (event.type === "pointerup" && Math.abs(by) > 0) await pan(by);
		chart()?.classList.remove("tl-panning");
	};
	addEventListener("pointerup", drop);
	addEventListener("pointercancel", drop);
	root.addEventListener("dragstart", (event) => { if (event.target.closest("svg")) event.preventDefault(); });
	root.addEventListener("click", (event) => {
		if (!dragged) return;
		dragged = false;
		if (event.target.closest(".tl-row > svg")) { event.preventDefault(); event.stopPropagation(); }
	}, true);

	// Ctrl and the wheel zoom, around the pointer.
	let wheel = 0, turning;
	part("picture").addEventListener("wheel", (event) => {
		if (!event.ctrlKey && !event.metaKey) return;
		event.preventDefault();
		wheel += event.deltaY * (event.deltaMode === 1 ? 16 : 1);
		const box = (root.querySelector(".tl-head .tl-row > svg") || part("picture")).getBoundingClientRect();
		const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
		clearTimeout(turning);
		turning = setTimeout(() => {
			const factor = Math.exp(Math.min(Math.max(wheel, -600), 600) / 300);
			wheel = 0;
			zoom(factor, share);
		}, 70);
	}, { passive: false });

	// Where days are too narrow for links, their cells take clicks and the focus.
	const words = (cell) => cell.querySelector("a") || /\d/.test(cell.textContent);
	const openCell = (cell) => {
		const { from } = range(), url = here(), weeks = root.querySelectorAll(".tl-heat tbody tr:first-child td").length < (range().to - from) / day - 1;
		url.searchParams.set("span", weeks ? "week" : "day");
		url.searchParams.set("at", zoneDay(from + (cell.cellIndex - 1) * (weeks ? 7 : 1) * day + 12 * hour));
		const lane = cell.parentElement.dataset.lane;
		show(url).then(() => { if (lane) part("lane-" + lane)?.scrollIntoView({ block: "center" }); });
	};
	const cells = () => {
		const all = root.querySelectorAll(".tl-dense tbody td[title]");
		for (const cell of all) cell.tabIndex = -1;
		if (all[0]) all[0].tabIndex = 0;
	};
	root.addEventListener("click", (event) => {
		const cell = event.target.closest(".tl-dense tbody td");
		if (cell && words(cell)) openCell(cell);
	});

	// The keyboard, while the picture has the focus; within the table of days the arrows go from cell to cell.
	part("picture").addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("summary")) return;
		const cell = event.target.closest(".tl-heat tbody td");
		if (cell && event.key.startsWith("Arrow")) {
			const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
			const rows = [...cell.closest("tbody").rows].filter((r) => !r.hidden);
			let row = rows.indexOf(cell.parentElement), column = cell.cellIndex, next;
			do next = rows[row += step[0]]?.cells[column += step[1]];
			while (next?.tagName === "TD" && !words(next));
			if (next?.tagName === "TD") (next.querySelector("a") || next).focus();
			event.preventDefault();
			return;
		}
		if (cell && event.key === "Enter" && event.target === cell) {
			event.preventDefault();
			openCell(cell);
			return;
		}
		const spans = { d: "day", w: "week", m: "month", q: "quarter" }, key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
		if (key === "/") find.focus();
		else if (key === "+" || key === "=") zoom(.5);
		else if (key === "-") zoom(2);
		else if (spans[key]) root.querySelector(`[data-span="${spans[key]}"]`).click();
		else if (key === "t" || key === "ArrowLeft" || key === "ArrowRight") {
			if (key !== "t" && narrow.matches) return;
			root.querySelector(`[data-key="${key}"]`).click();
		} else return;
		event.preventDefault();
	});

	// What changes elsewhere is drawn anew in place.
	addEventListener("berth:changed", (event) => {
		event.preventDefault();
		if (!drag) show(plain(location.href), "");
	});
	let resizing;
	addEventListener("resize", () => {
		clearTimeout(resizing);
		resizing = setTimeout(() => {
			tell();
			if (misfit()) show(plain(location.href), "");
		}, 300);
	});
	tell();
	ready();
	if (misfit()) show(plain(location.href), "");
})();
