// The inbox: several rows at once, and keys. j and k go from row to row, Enter opens, s takes the row's step, x ticks it, ? lists the keys.
(() => {
	const rows = () => [...document.querySelectorAll(".entries > .entry")];
	if (!document.querySelector("[data-live] .entries, #home")) return;

	// A button says how many rows it is about: the ticked ones, or all that fit.
	const label = () => {
		for (const form of document.querySelectorAll("form[data-inbox]")) {
			const hint = form.querySelector(".ticked");
			let some = false;
			for (const button of form.querySelectorAll("button[name=all]")) {
				const boxes = [...form.querySelectorAll("input[name=pick]")].filter((b) => b.value.startsWith(button.value + " "));
				const n = boxes.filter((b) => b.checked).length;
				some ||= n > 0;
				button.textContent = button.dataset.verb + " " + (n || boxes.length) + (n ? "" : boxes.length === 1 ? " that fits" : " that fit");
				button.hidden = boxes.length === 0 || n === 0 && boxes.length === 1;
			}
			for (const button of form.querySelectorAll("button[name=all]")) {
				const ticked = [...form.querySelectorAll("input[name=pick]:checked")].some((b) => b.value.startsWith(button.value + " "));
				if (some && !ticked) button.hidden = true; // the ticked rows are for the other button
			}
			if (hint) hint.hidden = true;
		}
	};
	document.addEventListener("change", (event) => { if (event.target.name === "pick") label(); });
	document.addEventListener("click", (event) => {
		const button = event.target.closest("form[data-inbox] button[name=all]");
		if (!button) return;
		const boxes = [...button.form.querySelectorAll("input[name=pick]")].filter((b) => b.value.startsWith(button.value + " "));
		if (!boxes.some((b) => b.checked)) for (const box of boxes) box.checked = true;
	});
	document.addEventListener("berth:renewed", label);
	label();

	let current = null; // id of the row
	const go = (row) => {
		for (const r of rows()) r.removeAttribute("data-js-at");
		if (!row) return;
		current = row.id;
		row.setAttribute("data-js-at", "");
		row.querySelector(".title").focus({ preventScroll: true });
		row.scrollIntoView({ block: "nearest" });
	};
	const here = () => {
		const focused = document.activeElement.closest?.(".entry");
		return focused || document.getElementById(current || "-") || null;
	};
	const move = (by) => {
		const all = rows(), at = all.indexOf(here());
		go(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]);
	};
	const keys = [["j", "next row"], ["k", "row before"], ["Enter", "open the row"], ["s", "take the row’s step: schedule, approve, take, start"], ["x", "tick the row"], ["Ctrl-K", "search anything"], ["?", "these keys"]];
	const help = () => {
		let dialog = document.querySelector("dialog.keys");
		if (!dialog) {
			dialog = document.createElement("dialog");
			dialog.className = "keys";
			dialog.setAttribute("aria-labelledby", "keys-title");
			const title = document.createElement("h2"), list = document.createElement("dl"), close = document.createElement("form"), button = document.createElement("button");
			title.id = "keys-title";
			title.textContent = "Keys";
			for (const [key, what] of keys) {
				const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
				kbd.textContent = key;
				dt.append(kbd);
				dd.textContent = what;
				list.append(dt, dd);
			}
			close.method = "dialog";
			button.className = "quiet";
			button.textContent = "Close";
			close.append(button);
			dialog.append(title, list, close);
			document.body.append(dialog);
		}
		dialog.showModal();
	};
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
		const row = here(), act = { j: () => move(1), k: () => move(-1), "?": help,
			x: () => row?.querySelector("input[name=pick]")?.click(),
			s: () => row?.querySelector(".deeds button[name=do]")?.click() }[event.key];
		if (!act) return;
		event.preventDefault();
		act();
	});
	// The way to the keys for those who do not know them.
	const head = document.querySelector("form[data-inbox]")?.closest("section").querySelector(".head");
	if (head) {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "plain keys-hint";
		button.dataset.added = "";
		button.append("Keys ");
		button.append(Object.assign(document.createElement("kbd"), { textContent: "?" }));
		button.addEventListener("click", help);
		head.append(button);
	}
})();
