// Finding a code while typing it: fields marked data-finds. Without this they are plain fields for the number.
(() => {
  const WAIT_MS = 150;

  const attach = field => {
    const form = field.form, list = document.createElement("div");
    list.className = "choices";
    list.hidden = true;
    list.id = `${field.id}-choices`;
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", false);
    field.after(list);
    let timer, asked = 0;

    const options = () => [...list.querySelectorAll("[role=option]")];

    const choose = option => {
      options().forEach(one => one.setAttribute("aria-selected", one === option));
      if (option) field.setAttribute("aria-activedescendant", option.id); else field.removeAttribute("aria-activedescendant");
      option?.scrollIntoView({ block: "nearest" });
    };

    const show = shown => {
      list.style.top = `${field.offsetTop + field.offsetHeight}px`;
      list.hidden = !shown;
      field.setAttribute("aria-expanded", shown);
      if (!shown) field.removeAttribute("aria-activedescendant");
    };

    const find = async () => {
      const text = field.value.trim(), mine = ++asked;
      if (!text) return show(false);
      const query = new URLSearchParams({ q: text });
      for (const name of ["service_on", "units"]) if (form.elements[name]) query.set(name, form.elements[name].value);
      const answer = await fetch(`${field.dataset.finds}?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok || mine !== asked) return; // a later key made this answer old
      list.innerHTML = await answer.text(); // the office's own page, escaped there
      if (mine === asked && document.activeElement === field) show(true);
    };

    const pick = option => {
      field.value = option.dataset.code;
      for (const [name, value] of [["description", option.dataset.description], ["amount", option.dataset.amount]]) {
        if (form.elements[name] && value) form.elements[name].value = value;
      }
      asked++;
      clearTimeout(timer);
      show(false);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    };

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(find, WAIT_MS);
    });
    field.addEventListener("keydown", event => {
      const all = options(), at = all.findIndex(one => one.ariaSelected === "true");
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (list.hidden || !all.length || event.isComposing) return;
      if (step) {
        event.preventDefault();
        choose(all[(at + step + all.length) % all.length]);
      } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && at >= 0) {
        event.preventDefault();
        pick(all[at]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        show(false);
      }
    });
    list.addEventListener("mousedown", event => {
      event.preventDefault(); // the field keeps the focus
      const option = event.target.closest("[role=option]");
      if (option) pick(option);
    });
    field.addEventListener("blur", () => show(false));
  };

  document.querySelectorAll("[data-finds]").forEach(attach);
})();
