// Speed for those who use the keyboard. Everything here can be done without it.
"use strict";

(() => {
  let menu = null; // the open menu that waits for its second key
  let isLeaving = false; // a form is on its way: keys typed ahead would fall on the post before

  const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const isOn = () => document.body.dataset.shortcuts === "on";
  const dialog = () => document.getElementById("keys");
  const byKey = (root, key) => [...root.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((found) => root !== document || !found.closest("[data-menu]"));

  const close = () => {
    if (menu) menu.open = false;
    menu = null;
  };

  const openMenu = (found) => {
    found.open = true;
    menu = found;
    found.querySelector(".sheet button")?.focus();
  };

  const step = (by) => {
    const items = [...document.querySelectorAll("[data-list] [data-item]")];
    if (!items.length) return false;
    const at = items.indexOf(document.activeElement);
    items[Math.min(items.length - 1, Math.max(0, at + by))].focus();
    return true;
  };

  const within = (key, event) => {
    const found = byKey(menu, key);
    if (!found) return false;
    event.preventDefault();
    menu = null;
    found.click();
    return true;
  };

  const pressed = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.key === "Escape") {
      const from = menu;
      close();
      from?.querySelector("summary").focus();
      if (isTyping(event.target)) event.target.blur();
      return;
    }
    if (isLeaving || !isOn() || isTyping(event.target) || dialog()?.open) return;
    const key = event.key.toLowerCase();
    if (menu?.open && menu.isConnected && within(key, event)) return;
    const found = document.querySelector(`[data-menu="${CSS.escape(key)}"]`);
    if (found) {
      event.preventDefault();
      openMenu(found);
    } else if (byKey(document, key)) {
      event.preventDefault();
      byKey(document, key).click();
    } else if (document.querySelector(`[data-focus="${CSS.escape(key)}"]`)) {
      event.preventDefault();
      document.querySelector(`[data-focus="${CSS.escape(key)}"]`).focus();
    } else if ((key === "j" && step(1)) || (key === "k" && step(-1))) {
      event.preventDefault();
    } else if (key === "x" && document.activeElement.matches("[data-item]")) {
      document.activeElement.closest("li").querySelector("[name=alert]")?.click();
    }
  };

  const count = () => {
    const picked = document.querySelectorAll("[name=alert]:checked").length;
    for (const said of document.querySelectorAll("[data-picked]")) {
      said.dataset.none ??= said.textContent;
      said.textContent = picked ? said.dataset.one.replace("{n}", picked) : said.dataset.none;
    }
  };

  document.addEventListener("keydown", pressed);
  document.addEventListener("change", (event) => event.target.matches("[name=alert]") && count());
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    if (event.target.closest("[data-check-all]")) {
      const boxes = [...document.querySelectorAll("[name=alert]")];
      const every = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !every;
      count();
    }
    if (menu && !menu.contains(event.target)) close();
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("[data-menu]")) return;
    if (event.target.open) menu = event.target;
    else if (menu === event.target) menu = null;
  }, true);
  document.addEventListener("htmx:before:request", () => { isLeaving = true; });
  document.addEventListener("htmx:finally:request", () => { isLeaving = false; });
  // A page that came without loading anew begins at its top, where a screen reader reads on.
  document.addEventListener("htmx:after:swap", () => {
    menu = null;
    isLeaving = false;
    const at = location.hash && document.getElementById(location.hash.slice(1));
    (at || document.querySelector("[autofocus]") || document.querySelector("main")).focus({ preventScroll: Boolean(at) });
    if (!at) scrollTo(0, 0);
  });
})();
