// Copyright: (c) 2026, the psp.rc_closure contributors
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// The page is whole without this: it adds the search, the copy buttons and opening all at once.
(() => {
  const words = document.body.dataset;
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const steps = [...document.querySelectorAll(".step")];
  let texts;

  function filter() {
    const sought = search.value.trim().toLowerCase();
    texts ??= steps.map((step) => step.textContent.toLowerCase());
    let count = 0;
    steps.forEach((step, n) => {
      step.hidden = !texts[n].includes(sought);
      count += !step.hidden;
    });
    document.body.classList.toggle("searching", sought !== "");
    for (const one of document.querySelectorAll(".package")) {
      one.classList.toggle("empty", !one.querySelector(".step:not([hidden])"));
    }
    found.value = sought && words.found.replace("{found}", count).replace("{all}", steps.length);
  }

  function clear() {
    if (search.value) {
      search.value = "";
      filter();
    }
  }

  // What a link leads to is opened by newer browsers alone.
  function reveal() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    clear();
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    target.scrollIntoView();
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = words.copied;
    setTimeout(() => { button.textContent = words.copy; }, 2000);
  }

  function copyButton(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.copy;
    button.setAttribute("aria-label", `${words.copy}: ${text.getAttribute("aria-label")}`);
    button.addEventListener("click", () => copy(button, text));
    text.before(button);
  }

  function openAll(button) {
    const all = button.closest(".package").querySelectorAll("details");
    const open = button.dataset.open !== "yes";
    for (const one of all) one.open = open;
    button.dataset.open = open ? "yes" : "";
    const other = button.dataset.other ?? words.close;
    button.dataset.other = button.textContent;
    button.textContent = other;
  }

  search.form.hidden = false;
  search.form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  for (const button of document.querySelectorAll(".all")) {
    button.hidden = false;
    button.addEventListener("click", () => openAll(button));
  }
  for (const text of document.querySelectorAll("pre")) copyButton(text);
  // A link to where one already is changes no address, and may lead to what the search hides.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });
  addEventListener("hashchange", reveal);
  reveal();
})();
