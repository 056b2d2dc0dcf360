// Makes the pages quicker; every page works without it. Loaded before the body so that a page that is being left is never shown.
"use strict";
(() => {
  const LEAVING = "samband-leaving";
  const root = document.documentElement;

  // Leaving quickly: go to this tab's first page of the portal, cut what lies ahead of it, then replace it with the other site.
  const conceal = () => {
    root.classList.add("is-leaving");
    document.title = "";
  };
  const replaceFirstPage = () => {
    const target = sessionStorage.getItem(LEAVING);
    if (!target) return;
    sessionStorage.clear();
    conceal();
    addEventListener("popstate", () => location.replace(target), { once: true });
    history.pushState(null, "", "/leave");
    history.back();
  };
  const leave = (target) => {
    conceal();
    const first = window.navigation?.entries()[0];
    if (!first) return location.replace(target);
    sessionStorage.setItem(LEAVING, target);
    if (first.key === navigation.currentEntry.key) return replaceFirstPage();
    navigation.traverseTo(first.key).committed.catch(() => location.replace(target));
  };
  if (sessionStorage.getItem(LEAVING)) conceal();
  addEventListener("pageshow", replaceFirstPage);

  const leaveLink = () => document.querySelector("[data-leave]");
  addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-leave]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave(link.href);
  });
  let escapes = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll(".menu[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    }
    escapes = [...escapes.filter((moment) => event.timeStamp - moment < 1500), event.timeStamp];
    if (escapes.length >= 3 && leaveLink()) leave(leaveLink().href);
  });
  addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const copy = async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy || location.href);
    const words = button.querySelector("span");
    const before = words.textContent;
    words.textContent = button.dataset.done;
    setTimeout(() => (words.textContent = before), 2500);
  };

  // Suggestions while typing: a plain list of words under the field.
  const suggest = (field) => {
    const list = document.createElement("datalist");
    list.id = `${field.id}-suggestions`;
    field.after(list);
    field.setAttribute("list", list.id);
    let timer, running;
    field.addEventListener("input", (event) => {
      clearTimeout(timer);
      running?.abort();
      const text = field.value.trim();
      if (text.length < 2 || event.inputType === "insertReplacementText") return;
      timer = setTimeout(async () => {
        running = new AbortController();
        try {
          const address = new URL(field.dataset.suggest, location.href);
          address.searchParams.set("q", text);
          const answer = await fetch(address, { signal: running.signal });
          if (!answer.ok) return;
          const words = (await answer.json()).items.map((item) => item.text);
          list.replaceChildren(...[...new Set(words)].map((word) => Object.assign(document.createElement("option"), { value: word })));
        } catch (error) {
          if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
        }
      }, 150);
    });
  };

  // Filters: the part of the page that `data-swap` names is renewed in place; where that fails the form is sent as usual.
  const swap = async (form, focused) => {
    const address = new URL(form.action);
    address.search = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(address);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [before, after] = [document, page].map((tree) => tree.getElementById(form.dataset.swap));
      if (!answer.ok || !after) return form.submit();
      const folds = after.querySelectorAll("details");
      before.querySelectorAll("details").forEach((fold, index) => folds[index]?.toggleAttribute("open", fold.open));
      before.replaceWith(after);
      const links = page.querySelectorAll("a[hreflang]");
      document.querySelectorAll("a[hreflang]").forEach((link, index) => (link.href = links[index].getAttribute("href")));
      document.title = page.title;
      history.replaceState(null, "", address);
      document.getElementById(focused)?.focus();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      form.submit();
    }
  };
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.dataset.swap && event.target.type === "checkbox") swap(form, event.target.id);
    else if (form?.hasAttribute("data-submit-on-change")) form.requestSubmit();
  });

  // The route on the home page's map follows the two countries that are chosen.
  const drawRoute = (form, map) => {
    const chosen = (end) => form.querySelector(`[data-route="${end}"]`)?.value || "";
    const node = (country) => map.querySelector(`[data-country="${country}"] circle`);
    for (const place of map.querySelectorAll("[data-country]")) {
      place.classList.toggle("is-on", [chosen("from"), chosen("to")].includes(place.dataset.country));
    }
    const [from, to] = [node(chosen("from")), node(chosen("to"))];
    const at = (place) => [place.cx.baseVal.value, place.cy.baseVal.value];
    const arc = from && to && from !== to ? `M${at(from)}Q${(at(from)[0] + at(to)[0]) / 2} ${Math.min(at(from)[1], at(to)[1]) - 70} ${at(to)}` : "";
    map.querySelector(".arc").setAttribute("d", arc);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = !navigator.clipboard;
      button.addEventListener("click", () => copy(button));
    }
    for (const button of document.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
    for (const field of document.querySelectorAll("input[data-suggest]")) suggest(field);
    const map = document.querySelector("svg[data-map]");
    const form = document.querySelector("form[data-sentence]");
    if (map && form) {
      drawRoute(form, map);
      form.addEventListener("change", () => drawRoute(form, map));
    }
  });
})();
