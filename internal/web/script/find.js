// The palette: Ctrl-K, or the glass in the head, opens the search over any page. What it lists is the page of the search.
(() => {
	const opener = document.querySelector(".finder");
	if (!opener) return;
	let dialog, input, list, turn = 0, back = null;
	const options = () => [...list.querySelectorAll("[role=option]")];
	const choose = (option) => {
		for (const o of options()) o.setAttribute("aria-selected", String(o === option));
		if (option) {
			input.setAttribute("aria-activedescendant", option.id);
			option.scrollIntoView({ block: "nearest" });
		} else input.removeAttribute("aria-activedescendant");
	};
	const go = (option) => {
		if (!option) return;
		dialog.close();
		location.assign(option.dataset.to);
	};
	const chosen = () => list.querySelector("[aria-selected=true]");
	const look = async () => {
		const mine = ++turn;
		let page;
		try {
			const answer = await fetch("/search?" + new URLSearchParams({ q: input.value }), { headers: { Accept: "text/html" } });
			if (answer.redirected) throw new Error("signed out");
			page = new DOMParser().parseFromString(await answer.text(), "text/html");
		} catch {
			if (mine === turn) list.replaceChildren(Object.assign(document.createElement("p"), { className: "muted", textContent: "The search cannot be reached. Try again in a moment." }));
			return;
		}
		if (mine !== turn) return; // a later one is on its way
		const found = page.getElementById("found");
		if (!found) return;
		found.querySelectorAll("section").forEach((section, i) => {
			const title = document.createElement("div");
			title.className = "group";
			title.id = "palette-group-" + i;
			title.setAttribute("role", "presentation");
			title.textContent = section.querySelector("h2").textContent;
			section.querySelector("h2").replaceWith(title);
			section.setAttribute("role", "group");
			section.setAttribute("aria-labelledby", title.id);
			section.querySelector("ul").setAttribute("role", "presentation");
		});
		found.querySelectorAll("li").forEach((li, i) => {
			const a = li.querySelector("a");
			li.id = "palette-" + i;
			li.dataset.to = a.getAttribute("href");
			li.setAttribute("role", "option");
			li.setAttribute("aria-selected", "false");
			li.replaceChildren(...a.childNodes);
		});
		list.replaceChildren(...found.childNodes);
		choose(options()[0]);
	};
	const make = () => {
		dialog = document.createElement("dialog");
		dialog.className = "palette";
		dialog.setAttribute("aria-label", "Search");
		const ask = document.createElement("div"), close = document.createElement("button");
		input = document.createElement("input");
		input.type = "text";
		input.maxLength = 100;
		input.placeholder = "#42, a request, a testbed, a service, a page";
		input.autocomplete = "off";
		for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Search" })) input.setAttribute(name, value);
		close.type = "button";
		close.textContent = "Esc";
		close.setAttribute("aria-label", "Close the search");
		close.addEventListener("click", () => dialog.close());
		ask.className = "ask";
		ask.append(input, close);
		list = document.createElement("div");
		list.className = "found";
		list.id = "palette-list";
		list.setAttribute("role", "listbox");
		list.setAttribute("aria-label", "Found");
		dialog.append(ask, list);
		document.body.append(dialog);
		let wait;
		input.addEventListener("input", () => {
			clearTimeout(wait);
			wait = setTimeout(look, 60);
		});
		dialog.addEventListener("keydown", (event) => {
			const all = options(), at = all.indexOf(chosen());
			const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 6, PageUp: at - 6 }[event.key];
			if (to !== undefined && all.length) {
				event.preventDefault();
				choose(all[event.key.startsWith("Arrow") ? (to + all.length) % all.length : Math.min(Math.max(to, 0), all.length - 1)]);
			} else if (event.key === "Enter" && event.target === input) {
				event.preventDefault();
				go(chosen());
			}
		});
		dialog.addEventListener("click", (event) => {
			if (event.target === dialog) dialog.close();
			go(event.target.closest("[role=option]"));
		});
		dialog.addEventListener("close", () => back?.focus?.());
	};
	const open = () => {
		if (document.querySelector("dialog[open]")) return;
		if (!dialog) make();
		back = document.activeElement;
		dialog.showModal();
		input.value = "";
		input.focus();
		look();
	};
	document.addEventListener("keydown", (event) => {
		if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
			event.preventDefault();
			open();
		}
	});
	opener.addEventListener("click", (event) => {
		if (event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		open();
	});
})();
