// Copy buttons beside what is copied: secrets, addresses, commands.
(() => {
	const add = (source) => {
		if (source.nextElementSibling?.matches(".copier")) return;
		const button = document.createElement("button");
		button.type = "button";
		button.className = "quiet copier";
		button.textContent = "Copy";
		const said = source.dataset.label || "";
		if (said) button.setAttribute("aria-label", "Copy " + said);
		button.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(source.textContent.trim());
				button.textContent = "Copied";
			} catch {
				getSelection().selectAllChildren(source);
				button.textContent = "Selected: press Ctrl-C";
			}
			setTimeout(() => { button.textContent = "Copy"; }, 2000);
		});
		source.after(button);
	};
	const all = () => document.querySelectorAll(".copy, pre.example").forEach(add);
	all();
	document.addEventListener("berth:renewed", all);
})();
