// Billing office: keys, toasts, dialogs. Everything works as links and forms without it; nothing here decides anything.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // What this script says itself stands in the page (_words.html), in the office's language; %s is what it speaks of.
  const word = (name, of = "") => $("#words")?.dataset[name].replace("%s", () => of) ?? "";

  // -- toasts: an act leaves one, an error stays until dismissed --------------------------------------------------
  const TOAST_MS = 9000;

  const fade = toast => setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) fade(toast); else toast.remove();
  }, TOAST_MS);

  const watchToasts = () => $$(".toast:not([data-stays], [data-watched])").forEach(toast => {
    toast.dataset.watched = "";
    fade(toast);
  });

  const say = text => {
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.textContent = text;
    $("#toasts")?.append(toast);
    watchToasts();
  };

  // -- lists -------------------------------------------------------------------------------------------------------
  const rows = () => $$("[data-rows] :is(tr[data-href], tr[data-row])");

  // The row's own link takes the focus: a screen reader reads it, enter opens it, and tab goes on from there.
  const stand = to => {
    const from = $("tr.cur");
    from?.classList.remove("cur");
    from?.removeAttribute("aria-current");
    to.classList.add("cur");
    to.setAttribute("aria-current", "true");
    to.scrollIntoView({ block: "nearest" });
    (to.dataset.href ? $("a[href]", to) : null)?.focus({ preventScroll: true });
    history.replaceState({ ...history.state, row: rows().indexOf(to) }, "");
  };

  const move = step => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex(row => row.matches(".cur"));
    stand(all[Math.min(all.length - 1, Math.max(0, at + step))]);
  };

  // Going back finds the row one stood on.
  const standAgain = () => {
    const row = rows()[history.state?.row ?? -1];
    if (row && !$("tr.cur")) stand(row);
  };

  // -- ticks: x, shift x from the last one to here, * all
  let lastTicked;
  const tick = ranged => {
    const row = $("tr.cur"), box = row && $(".tick input", row);
    if (!box) return;
    const all = rows(), from = all.indexOf(lastTicked), to = all.indexOf(row);
    if (ranged && from >= 0) {
      all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach(one => { $(".tick input", one).checked = true; });
      countTicks();
    } else box.click();
    lastTicked = row;
  };

  // A letter of an act on ticked rows means the row one stands on, where none is ticked.
  const tickedOrHere = () => {
    if ($("tbody .tick input:checked, #bulk [name=all]:checked")) return true;
    const box = $("tr.cur .tick input");
    if (box) box.checked = true; else say(word("tickFirst"));
    return !!box;
  };

  const countTicks = () => {
    const place = $("[data-selected]");
    const count = $$("tbody .tick input:checked").length;
    if (place) place.textContent = $("#bulk [name=all]:checked") ? word("allFound") : word("ticked", count);
  };

  // -- the mouse -----------------------------------------------------------------------------------------------------
  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text);
      say(word("copied", text));
    } catch {
      say(word("noCopy"));
    }
  };

  document.addEventListener("click", event => {
    const on = selector => event.target.closest(selector);
    const opener = on("[data-open]"), copier = on("[data-copy]"), row = on("tr[data-href]");
    if (opener?.dataset.open === "palette") { if (openPalette()) event.preventDefault(); }
    else if (opener) document.getElementById(opener.dataset.open)?.showModal();
    if (copier) copy(copier.dataset.copy);
    on("[data-shut]")?.closest("dialog")?.close();
    on("[data-dismiss]")?.closest(".toast")?.remove();
    if (on("[data-print]")) print();
    if (event.target.matches("[data-all]")) {
      $$("tbody .tick input", event.target.closest("table")).forEach(box => { box.checked = event.target.checked; });
    }
    countTicks();
    // A click beside the link still opens the row, unless the person is selecting text.
    if (row && !on("a, button, input, label, summary, select") && !String(getSelection())) location = row.dataset.href;
  });

  // -- the palette: htmx brings what is found, and drops an answer that a later key made old -------------------------
  const palette = $("#palette"), find = $("#find");
  const options = () => $$("[role=option]", palette);

  const choose = option => {
    options().forEach(one => one.setAttribute("aria-selected", one === option));
    find.setAttribute("aria-expanded", !!option);
    if (option) find.setAttribute("aria-activedescendant", option.id); else find.removeAttribute("aria-activedescendant");
    if ($("#found", palette)) find.setAttribute("aria-controls", "found"); else find.removeAttribute("aria-controls");
    option?.scrollIntoView({ block: "nearest" });
  };

  const openPalette = () => {
    if (!palette) return false;
    palette.showModal();
    find.select();
    htmx.trigger(find, "opened");
    return true;
  };

  const answered = () => $("#found", palette)?.dataset.for === find.value.trim().replace(/\s+/g, " ");

  palette?.addEventListener("htmx:afterSwap", () => choose(options()[0]));
  palette?.addEventListener("click", event => { if (event.target === palette) palette.close(); });
  find?.addEventListener("keydown", event => {
    const all = options(), at = all.findIndex(one => one.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      palette.close();
    } else if (step && all.length) {
      event.preventDefault();
      choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !event.isComposing && !event.ctrlKey && at >= 0 && answered()) {
      event.preventDefault();
      all[at].click();
    } // else the form goes to the page of the search, which asks again: the answer on screen is to an older question
  });

  // -- the keyboard: off while typing, while a dialog is open, and when its user switched single letters off ---------
  const typing = target => target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  const lettersOff = () => document.documentElement.dataset.keys === "off";

  const press = (key, letters) => {
    const named = `[data-key="${CSS.escape(key)}"]`;
    const target = (letters && $(named, letters)) || $(named);
    if (!target || target.disabled || target.getAttribute("aria-disabled") === "true") return false;
    if (target.closest(".bulk") && !tickedOrHere()) return true;
    if (target.matches("[type=radio]")) {
      target.click();
      (document.getElementById(target.dataset.then) ?? target).focus();
    } else if (target.matches("input, select, textarea")) target.focus();
    else target.click();
    return true;
  };

  let prefix = ""; // "g" waits for its second letter
  const onLetter = event => {
    const current = $("tr.cur"), key = prefix + event.key;
    const letters = event.target.closest("[data-letters]"); // a form that the keyboard is in has its own letters
    prefix = "";
    if (event.key === "g" && key === "g") prefix = "g ";
    else if (key.startsWith("g ")) press(key);
    else if (key === "/" && openPalette()) event.preventDefault();
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "Enter") {
      if (current?.dataset.href && !letters && !event.target.closest("a, button, summary")) location = current.dataset.href;
    }
    else if (key === "x" || key === "X") tick(event.shiftKey);
    else if (key === "*" && $("[data-all]")) $("[data-all]").click();
    else if (key === "?") $("#keys")?.showModal();
    else if (current && $(`[data-row-key="${CSS.escape(key)}"]`, current)) {
      event.preventDefault();
      $(`[data-row-key="${CSS.escape(key)}"]`, current).click();
    }
    else if (press(key, letters)) event.preventDefault();
    else if (key === "o" && current?.dataset.href) window.open(current.dataset.href, "_blank", "noopener");
  };

  document.addEventListener("keydown", event => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest?.("form") ?? ($("dialog:modal") ? null : $("form[data-main]"));
      if (form) { event.preventDefault(); form.requestSubmit($("[type=submit]", form)); }
      return;
    }
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !$("dialog:modal") && openPalette()) return event.preventDefault();
    if (event.key === "Escape" && typing(event.target) && !$("dialog:modal")) return void event.target.blur();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog:modal")) return;
    if (!lettersOff() || event.key === "Enter") onLetter(event);
  });

  // The help dialog lists what this page's own buttons and links offer, then what every page has.
  const listKeys = () => {
    const list = $("#keys dl"), common = list?.firstElementChild;
    $$("[data-key]").forEach(target => {
      const words = target.getAttribute("aria-label") || target.textContent || target.labels?.[0]?.textContent || "";
      const label = words.replace(/\s+/g, " ").trim();
      const term = document.createElement("dt"), meaning = document.createElement("dd");
      target.dataset.key.split(" ").forEach(key => {
        const box = document.createElement("kbd");
        box.textContent = key;
        term.append(box, " ");
      });
      const own = $("kbd", target)?.textContent ?? "";
      meaning.textContent = own && label.endsWith(own) ? label.slice(0, -own.length).trim() : label;
      if (target.closest(".top")) list?.append(term, meaning); else list?.insertBefore(term, common).after(meaning);
    });
  };

  // The line at the foot hints at no key that does nothing here: an empty list, an act that this person may not do.
  const does = key => ({
    j: () => rows().length, k: () => rows().length, x: () => $("tbody .tick input"), "/": () => palette,
    "↵": () => rows().length || $("main form"), esc: () => $("main form"), ctrl: () => $("main form[method=post]"),
  }[key] ?? (() => $(`[data-key="${CSS.escape(key)}"], [data-row-key="${CSS.escape(key)}"]`)))();

  const hint = () => $$(".keys > span:not(.end)").forEach(span => {
    const keys = $$("kbd", span).map(one => one.textContent.trim());
    span.hidden = keys.length > 0 && !does(keys[0]);
  });

  // -- notes call colleagues: their names come while "@" and the first letters are typed --------------------------------
  const note = $("#colleagues") && $("form[data-main] textarea");
  const callable = $("#colleagues")?.dataset.colleagues.trim().split(" ") ?? [];

  const call = name => {
    const start = note.value.slice(0, note.selectionStart).replace(/(^|\s)@[\w.-]*$/, "$1");
    const at = start.length;
    note.setRangeText(`@${name} `, at, note.selectionStart, "end");
    note.focus();
  };

  note?.addEventListener("keydown", event => {
    const begun = note.value.slice(0, note.selectionStart).match(/(?:^|\s)@([\w.-]+)$/)?.[1].toLowerCase();
    const name = begun && callable.find(one => one.startsWith(begun));
    if (name && name !== begun && event.key === "Tab" && !event.shiftKey) { event.preventDefault(); call(name); }
  });
  note?.addEventListener("input", () => {
    const begun = note.value.slice(0, note.selectionStart).match(/(?:^|\s)@([\w.-]*)$/)?.[1].toLowerCase();
    $$("[data-call]").forEach(one => { one.hidden = begun !== undefined && !one.dataset.call.startsWith(begun); });
  });
  document.addEventListener("click", event => {
    const name = event.target.closest("[data-call]")?.dataset.call;
    if (name) call(name);
  });

  // -- forms: one press sends once (the server refuses a second posting anyway) ---------------------------------------
  document.addEventListener("submit", event => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post]")) return;
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach(form => delete form.dataset.sent));

  // -- parts answered by the server ------------------------------------------------------------------------------------
  document.addEventListener("htmx:afterSettle", event => {
    watchToasts();
    hint();
    $(".errors", event.target)?.focus();
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, () => say(word("noAnswer")));
  }

  // -- the session's end: said two minutes before; asking the server how long is left moves nothing ---------------------
  const WARN_S = 120;
  const ending = $("#session-end");
  let alarm;

  const arm = left => {
    clearTimeout(alarm);
    alarm = setTimeout(askLeft, Math.max(1, left - WARN_S) * 1000);
  };

  const leftOf = async (url, method) => {
    const headers = { "HX-Request": "true", "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
    const answer = await fetch(url, { method, headers }).catch(() => null);
    return answer?.headers.get("Content-Type") === "application/json" ? (await answer.json()).left : 0;
  };

  const askLeft = async () => {
    const left = await leftOf(ending.dataset.ask, "GET");
    if (left > WARN_S + 5) return arm(left);
    $("[data-at]", ending).textContent = new Date(Date.now() + left * 1000).toLocaleTimeString([], { timeStyle: "short" });
    $("[data-coming]", ending).hidden = !left;
    $("[data-gone]", ending).hidden = !!left;
    $("[data-stays-here]", ending).hidden = !left;
    if (!ending.open) ending.showModal();
    clearTimeout(alarm);
    if (left) alarm = setTimeout(askLeft, (left + 1) * 1000);
  };

  if (ending) {
    arm(Number(document.body.dataset.left));
    $("[data-stays-here]", ending).addEventListener("click", async () => {
      const left = await leftOf(ending.dataset.stay, "POST");
      if (left) { ending.close(); arm(left); } else askLeft();
    });
  }

  // Browsers focus [autofocus] when they first paint, which a busy machine does after the page is there: what a quick
  // clerk typed until then would be lost.
  // A form by itself begins at the first field that waits to be filled.
  const first = $("[autofocus]:not(dialog *)") ?? document.getElementById($("form[data-first]")?.dataset.first);
  if (first && document.activeElement === document.body) {
    first.removeAttribute("autofocus"); // the browser would say in the console that it came too late
    first.focus();
  }

  window.addEventListener("pageshow", () => { standAgain(); countTicks(); });
  watchToasts();
  listKeys();
  hint();
})();
