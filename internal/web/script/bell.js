// The bell opens what is new over the page, from the page of the notifications; without it the bell is a link there.
(() => {
	let panel = null;
	const bell = () => document.querySelector(".bell");
	if (!bell() || location.pathname === "/notifications") return;
	const close = (focus) => {
		if (!panel) return;
		panel.remove();
		panel = null;
		bell().setAttribute("aria-expanded", "false");
		if (focus) bell().focus();
	};
	const open = async (address) => {
		let page;
		try {
			const answer = await fetch(address, { headers: { Accept: "text/html" } });
			if (answer.redirected) throw new Error("signed out");
			page = new DOMParser().parseFromString(await answer.text(), "text/html");
		} catch {
			location.assign(address);
			return;
		}
		const news = page.getElementById("news");
		if (!news) return location.assign(address);
		panel = document.createElement("div");
		panel.className = "bell-panel";
		panel.setAttribute("role", "dialog");
		panel.setAttribute("aria-label", "Notifications");
		const items = [...news.querySelectorAll(".news > li")];
		for (const item of items.slice(7)) item.remove();
		const seen = news.querySelector("form"), head = document.createElement("div"), title = document.createElement("strong"), all = document.createElement("a");
		head.className = "head";
		title.textContent = "Notifications";
		head.append(title);
		if (seen) head.append(seen);
		all.href = address;
		all.className = "all";
		all.textContent = "All notifications";
		panel.append(head, news.querySelector(".news") || news.querySelector(".empty p"), all);
		bell().after(panel);
		bell().setAttribute("aria-expanded", "true");
		panel.querySelector("a").focus();
	};
	document.addEventListener("click", (event) => {
		const on = event.target.closest(".bell");
		if (on && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
			event.preventDefault();
			if (panel) close(false);
			else open(on.href);
		} else if (panel && !panel.contains(event.target)) close(false);
	});
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape" && panel) close(true);
	});
})();
