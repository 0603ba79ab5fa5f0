// The clock, the tiles and keys that repeat, and, with #walk, one screen after the other as a visitor would see them.
"use strict";
const screens = ["attract", "languages", "services", "form", "review"];
const dwell_ms = 1500; // as in src/terminal_window.rs
const by = id => document.getElementById(id);

function tick() {
  const now = new Date();
  by("clock").textContent = now.toLocaleTimeString("de", { hour: "2-digit", minute: "2-digit" });
  by("day").textContent = now.toLocaleDateString("de", { day: "numeric", month: "long", year: "numeric" });
  setTimeout(tick, 60000 - now % 60000);
}

function button(text, kind, act) {
  const made = document.createElement("button");
  made.textContent = text;
  made.className = kind || "";
  made.onmousedown = event => { event.preventDefault(); act && act(); };
  return made;
}

for (const tongue of ["Deutsch", "Leichte Sprache", "English", "Türkçe", "Русский", "العربية", "Українська", "Polski", "Română", "Français", "Español", "فارسی"]) {
  const tile = button("");
  tile.innerHTML = `<b>${tongue}</b><i>&#xe001;</i>`;
  by("tongues").append(tile);
}
for (const row of ["1234567890ß", "qwertzuiopü", "asdfghjklöä", "⇧yxcvbnm,.⌫", "-' /"]) {
  const keys = document.createElement("div");
  for (const key of row) {
    keys.append(button(key, "", () => by("street").value += key));
  }
  if (row[0] === "-") {
    keys.prepend(button("Äé…"));
    keys.append(button("Fertig", "primary", () => show("review")));
  }
  by("keyboard").append(keys);
}
const header = by("attract").querySelector("header").cloneNode(true);
header.querySelector("time").remove();
screens.slice(1).forEach(id => by(id).prepend(header.cloneNode(true)));

function show(id) {
  screens.forEach(other => by(other).hidden = other !== id);
  if (id === "form") { by("street").focus(); }
}

tick();
if (location.hash === "#walk") {
  screens.forEach((id, at) => setTimeout(show, dwell_ms * (at + 1), id));
}
