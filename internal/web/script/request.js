// The page of a request: copying, closing what was opened, and a check of a change while it is typed.
(() => {
	for (const button of document.querySelectorAll("[data-copy]")) {
		if (!navigator.clipboard) continue;
		button.hidden = false;
		const words = button.textContent;
		button.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(button.dataset.copy);
				button.textContent = "Copied";
			} catch {
				button.textContent = "Not copied";
			}
			setTimeout(() => { button.textContent = words; }, 2000);
		});
	}
	document.addEventListener("keydown", (event) => {
		const open = event.key === "Escape" && document.querySelector("details.act[open]");
		if (!open) return;
		open.open = false;
		open.querySelector("summary").focus();
	});
	document.addEventListener("click", (event) => {
		const open = document.querySelector("details.act[open]");
		if (open && !open.contains(event.target) && event.target.isConnected && !open.querySelector(".restored, #refused")) open.open = false;
	});
	for (const form of document.querySelectorAll("form[data-check]")) {
		const says = form.querySelector(".checked");
		let wait, turn = 0;
		form.addEventListener("input", () => {
			clearTimeout(wait);
			wait = setTimeout(async () => {
				const mine = ++turn;
				let page;
				try {
					const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "text/html" } });
					page = new DOMParser().parseFromString(await answer.text(), "text/html");
				} catch {
					return; // the preview says it
				}
				if (mine !== turn) return;
				const wrong = page.querySelector("main .failed"), list = page.querySelector("main ul");
				says.classList.toggle("wrongly", wrong !== null);
				says.replaceChildren(...[wrong || list].filter(Boolean).map((e) => { e.removeAttribute("role"); e.removeAttribute("id"); e.className = ""; return document.importNode(e, true); }));
			}, 250);
		});
	}
})();
