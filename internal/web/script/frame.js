// What the pages do besides: everything works without scripts.
"use strict";

// The server learns the time zone of this browser, and it is among those that can be chosen.
(() => {
	const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
	if (!mine) return;
	document.cookie = "berth-zone=" + encodeURIComponent(mine) + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
	for (const select of document.querySelectorAll('select[name="zone"]')) {
		if (![...select.options].some((o) => o.value === mine)) select.append(new Option(mine + " (mine)", mine));
	}
})();

// Menus close with Escape and with a click elsewhere, and one opens at a time.
(() => {
	const menus = () => document.querySelectorAll("details.menu[open]");
	document.addEventListener("click", (event) => {
		for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
	});
	document.addEventListener("keydown", (event) => {
		if (event.key !== "Escape") return;
		for (const menu of menus()) {
			menu.open = false;
			menu.querySelector("summary").focus();
		}
	});
})();
