// A bubble with the words of what the pointer or the focus is on in a picture, instead of the browser's own, which comes late and not for the
// keyboard.
(() => {
	if (!document.querySelector(".tl, .tl-heat")) return;
	let bubble = null, on = null;
	const hide = () => {
		bubble?.remove();
		bubble = null;
		if (on?.title) on.node.prepend(on.title);
		if (on?.text) on.node.setAttribute("title", on.text);
		on = null;
	};
	const show = (node) => {
		if (on?.node === node) return;
		hide();
		const title = node.querySelector(":scope > title"), text = node.getAttribute("title");
		const words = node.getAttribute("aria-label") || title?.textContent || text;
		if (!words) return;
		on = { node, title, text };
		title?.remove();
		node.removeAttribute("title");
		bubble = document.createElement("div");
		bubble.className = "tl-bubble";
		bubble.dataset.added = "";
		bubble.setAttribute("role", "presentation");
		const cut = words.indexOf(": ");
		if (cut > 0) {
			const name = document.createElement("b");
			name.textContent = words.slice(0, cut);
			bubble.append(name, words[cut + 2].toUpperCase() + words.slice(cut + 3));
		} else bubble.textContent = words;
		document.body.append(bubble);
		const box = node.getBoundingClientRect(), size = bubble.getBoundingClientRect();
		const above = box.top - size.height - 6 > 96;
		bubble.style.left = scrollX + Math.min(Math.max(box.left, 8), document.documentElement.clientWidth - size.width - 8) + "px";
		bubble.style.top = scrollY + (above ? box.top - size.height - 6 : box.bottom + 6) + "px";
	};
	const named = (target) => target.closest?.(".tl a, .tl g:has(> title), .tl-heat a[title], .tl-heat td[title]") || (on && on.node.contains(target) ? on.node : null);
	document.addEventListener("pointerover", (event) => {
		const node = event.pointerType === "touch" || event.buttons ? null : named(event.target);
		if (node) show(node);
		else hide();
	});
	document.addEventListener("focusin", (event) => {
		const node = named(event.target);
		if (node && event.target.matches(":focus-visible")) show(node);
		else hide();
	});
	for (const name of ["pointerdown", "focusout", "berth:drawn", "berth:renewed"]) document.addEventListener(name, hide);
	document.documentElement.addEventListener("pointerleave", hide);
	document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
