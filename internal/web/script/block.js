// A slot as a block on a picture: it is drawn, moved, and resized at its edges, with a mouse, a finger or the keyboard.
// view holds the picture, which may be replaced. on.change hears of every step of the way, on.done of its end, both with the times in milliseconds.
const slotBlock = (view, on) => {
	const minute = 60000, day = 24 * 60 * minute;
	const svg = () => view.querySelector(".canvas svg[data-from]");
	let slot = null, block = null, grip = null;

	const scale = () => {
		const data = svg().dataset, box = svg().viewBox.baseVal, n = (name) => Number(data[name]);
		return { from: n("from"), to: n("to"), left: n("left"), right: n("right"), top: n("top"), bottom: n("bottom"), width: box.width, height: box.height, zone: data.zone };
	};
	const grid = () => {
		const s = scale(), days = (s.to - s.from) / day;
		return (days <= 1.5 ? 15 : days <= 8 ? 30 : 60) * minute;
	};
	const snap = (time) => Math.round(time / grid()) * grid();
	const at = (event) => {
		const s = scale(), box = svg().getBoundingClientRect();
		const share = ((event.clientX - box.left) * s.width / box.width - s.left) / (s.right - s.left);
		return s.from + Math.min(Math.max(share, 0), 1) * (s.to - s.from);
	};
	const windows = () => (view.querySelector("[data-windows]")?.dataset.windows || "").split(",").filter(Boolean).map((w) => w.split("-").map((n) => n * 1000));
	const fits = (start, end) => windows().some(([a, b]) => a <= start && end <= b);

	const words = (start, end) => {
		const zone = scale().zone, say = (time, o) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...o }).format(time);
		const date = (time) => say(time, { weekday: "short", day: "numeric", month: "short" }).replace(",", ""), clock = (time) => say(time, { hour: "2-digit", minute: "2-digit" });
		return date(start) + ", " + clock(start) + (date(start) === date(end) ? "–" + clock(end) : " – " + date(end) + ", " + clock(end));
	};
	const draw = () => {
		const canvas = view.querySelector(".canvas");
		if (!slot || !canvas || !svg()) return;
		if (!block) {
			block = document.createElement("div");
			block.className = "block";
			block.tabIndex = 0;
			block.setAttribute("role", "slider");
			block.setAttribute("aria-label", "Slot");
			block.setAttribute("aria-describedby", "block-keys");
			for (const name of ["edge first", "edge last", "said"]) {
				const part = document.createElement("div");
				part.className = name;
				part.setAttribute("aria-hidden", "true");
				block.append(part);
			}
		}
		if (block.parentNode !== canvas) canvas.append(block);
		const s = scale(), x = (time) => s.left + (Math.min(Math.max(time, s.from), s.to) - s.from) / (s.to - s.from) * (s.right - s.left);
		const [start, end] = slot, x0 = x(start), x1 = Math.max(x(end), x0 + 2), good = fits(start, end), said = block.lastChild;
		block.hidden = end <= s.from || start >= s.to;
		block.style.left = x0 / s.width * 100 + "%";
		block.style.width = (x1 - x0) / s.width * 100 + "%";
		block.style.top = s.top / s.height * 100 + "%";
		block.style.height = (s.bottom - s.top) / s.height * 100 + "%";
		block.classList.toggle("short", !good);
		said.textContent = words(start, end);
		said.classList.toggle("left", x0 < s.left + 80);
		said.classList.toggle("right", x1 > s.right - 80);
		const min = Math.round(s.from / minute), max = Math.round(s.to / minute), now = Math.round(start / minute);
		block.setAttribute("aria-valuemin", Math.min(min, now));
		block.setAttribute("aria-valuemax", Math.max(max, now));
		block.setAttribute("aria-valuenow", now);
		block.setAttribute("aria-valuetext", words(start, end) + ", " + (good ? "fits" : start < Date.now() ? "in the past" : "does not fit"));
	};
	const to = (start, end) => {
		slot = [start, Math.max(end, start + 15 * minute)];
		draw();
		on.change(...slot);
	};
	// near moves a slot of a length into the free time around an instant, if there is any.
	const near = (time, length) => {
		const free = windows().find(([a, b]) => a <= time && time < b && b - a >= length);
		return free ? Math.min(Math.max(time, free[0]), free[1] - length) : time;
	};
	const place = (event) => {
		const length = slot ? slot[1] - slot[0] : 4 * 60 * minute, start = near(snap(at(event)), length);
		to(start, start + length);
	};

	let press = null;
	view.addEventListener("pointerdown", (event) => {
		if (event.button !== 0 || !event.isPrimary || !event.target.closest(".canvas") || event.target.closest("a, .tl-ghost")) return;
		const time = at(event), touch = event.pointerType === "touch";
		if (event.target.closest(".block")) {
			const edge = event.target.closest(".edge");
			grip = { what: !edge ? "all" : edge.classList.contains("first") ? "first" : "last", time, slot: [...slot], moved: false };
			block.focus({ preventScroll: true });
		} else if (touch) {
			press = setTimeout(() => {
				place(event);
				on.done(...slot);
			}, 450);
			return;
		} else {
			grip = { what: "new", time: snap(time), moved: false, x: event.clientX, event };
		}
		event.preventDefault();
		view.setPointerCapture(event.pointerId);
		block?.classList.add("held");
	});
	view.addEventListener("pointermove", (event) => {
		if (!grip) return;
		const time = at(event), by = snap(time - grip.time);
		if (grip.what === "new") {
			if (!grip.moved && Math.abs(event.clientX - grip.x) < 4) return;
			to(Math.min(grip.time, snap(time)), Math.max(grip.time, snap(time)));
		} else {
			const [start, end] = grip.slot, least = grid();
			if (grip.what === "all") to(start + by, end + by);
			if (grip.what === "first") to(Math.min(start + by, end - least), end);
			if (grip.what === "last") to(start, Math.max(end + by, start + least));
		}
		grip.moved = true;
		const pane = view.querySelector(".picker"), box = pane.getBoundingClientRect();
		if (event.clientX > box.right - 24) pane.scrollLeft += 8;
		if (event.clientX < box.left + 24) pane.scrollLeft -= 8;
	});
	const release = () => {
		clearTimeout(press);
		block?.classList.remove("held");
		const was = grip;
		grip = null;
		return was;
	};
	view.addEventListener("pointerup", () => {
		const was = release();
		if (!was) return;
		if (was.what === "new" && !was.moved) place(was.event);
		if (was.moved || was.what === "new") on.done(...slot);
	});
	for (const gone of ["pointercancel", "scroll"]) view.addEventListener(gone, release, true);

	view.addEventListener("keydown", (event) => {
		if (event.target !== block || event.ctrlKey || event.altKey || event.metaKey) return;
		const [start, end] = slot, length = end - start, list = windows().filter(([a, b]) => b - a >= length);
		const by = { ArrowLeft: -grid(), ArrowRight: grid(), ArrowUp: day, ArrowDown: -day, PageUp: 7 * day, PageDown: -7 * day }[event.key];
		if (by !== undefined && event.shiftKey) to(start, Math.max(end + by, start + grid()));
		else if (by !== undefined) to(start + by, end + by);
		else if (event.key === "Home" && list.length) to(list[0][0], list[0][0] + length);
		else if (event.key === "End" && list.length) to(list.at(-1)[1] - length, list.at(-1)[1]);
		else return;
		event.preventDefault();
		clearTimeout(press);
		press = setTimeout(() => on.done(...slot), 150);
	});

	return {
		held: () => grip !== null,
		focused: () => document.activeElement === block,
		show: (start, end, focus) => {
			slot = start && end ? [start, end] : null;
			if (!slot) {
				block?.remove();
				return;
			}
			draw();
			if (focus) block.focus({ preventScroll: true });
		},
		zone: () => scale().zone,
		reveal: () => {
			const pane = block?.closest(".picker");
			if (pane) pane.scrollLeft = block.offsetLeft - pane.clientWidth / 2;
		},
	};
};

// wallTime writes an instant as a field for a date and a time holds it, in a time zone.
const wallTime = (time, zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(time).replace(" ", "T");

// swapParts takes over parts of a fetched page, and keeps the focus where it was.
const swapParts = (page, ids) => {
	const focus = document.activeElement, name = focus?.name, value = focus?.value, scroll = document.getElementById("picker")?.scrollLeft || 0, depth = document.getElementById("weighed")?.scrollTop || 0;
	for (const id of ids) {
		const now = document.getElementById(id), next = page.getElementById(id);
		if (now && next) now.replaceWith(next);
	}
	const picker = document.getElementById("picker");
	if (picker) picker.scrollLeft = scroll;
	const weighed = document.getElementById("weighed");
	if (weighed) weighed.scrollTop = depth;
	if (document.activeElement === focus || !name) return;
	const same = [...document.getElementsByName(name)];
	(same.find((e) => e.value === value) || same[0])?.focus({ preventScroll: true });
};
