// The reference of the API: its calls are found as one types.
(() => {
	const find = document.getElementById("calls");
	if (!find) return;
	find.hidden = false;
	if (innerWidth < 1024) for (const group of document.querySelectorAll(".contents details")) group.open = false;
	find.addEventListener("input", () => {
		const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
		for (const call of document.querySelectorAll(".contents [data-words]")) {
			const said = call.dataset.words.toLowerCase();
			call.hidden = !words.every((w) => said.includes(w));
		}
		for (const group of document.querySelectorAll(".contents details")) {
			group.parentElement.hidden = !group.querySelector("[data-words]:not([hidden])");
			if (words.length) group.open = true;
		}
	});
})();
