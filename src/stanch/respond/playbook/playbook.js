"use strict";
(() => {
  const said = document.getElementById("said");

  // Tabs: every .tabs holds .tab with a heading, which becomes the tab's name. Those of the same name elsewhere follow.
  let count = 0;
  const groups = [];
  const choose = (group, at, focus) => {
    group.items.forEach((item, number) => {
      const chosen = number === at;
      item.button.setAttribute("aria-selected", String(chosen));
      item.button.tabIndex = chosen ? 0 : -1;
      item.panel.hidden = !chosen;
    });
    if (focus) group.items[at].button.focus();
  };
  const follow = (group, at) => {
    const { name } = group.items[at];
    for (const other of groups) {
      const same = other.items.findIndex((item) => item.name === name);
      if (other !== group && other.level === group.level && same >= 0) choose(other, same, false);
    }
  };
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  for (const holder of document.querySelectorAll(".tabs")) {
    const list = document.createElement("div");
    list.className = "tablist";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", holder.dataset.label);
    const group = { items: [], level: holder.parentElement.closest(".tabs") ? 1 : 0 };
    for (const panel of [...holder.children]) {
      const heading = panel.firstElementChild;
      const button = document.createElement("button");
      count += 1;
      button.id = `tab-${count}`;
      button.type = "button";
      button.textContent = heading.textContent;
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", `panel-${count}`);
      panel.id = `panel-${count}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      heading.hidden = true;
      const at = group.items.length;
      button.addEventListener("click", () => {
        choose(group, at, false);
        follow(group, at);
      });
      button.addEventListener("keydown", (event) => {
        const last = group.items.length - 1;
        const to =
          event.key === "Home" ? 0 : event.key === "End" ? last : event.key in step ? at + step[event.key] : null;
        if (to === null) return;
        event.preventDefault();
        const next = (to + last + 1) % (last + 1);
        choose(group, next, true);
        follow(group, next);
      });
      list.append(button);
      group.items.push({ button, panel, name: heading.textContent });
    }
    if (!group.items.length) continue;
    holder.prepend(list);
    groups.push(group);
    choose(group, 0, false);
  }

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "unseen";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  for (const holder of document.querySelectorAll(".copied")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${holder.dataset.name}`);
    button.addEventListener("click", async () => {
      const done = await copy(holder.querySelector("pre").textContent);
      button.focus();
      button.textContent = done ? "Copied" : "Not copied";
      said.textContent = done ? `Copied: ${holder.dataset.name}` : "Copying is not allowed here: select the text instead.";
      setTimeout(() => {
        button.textContent = "Copy";
        said.textContent = "";
      }, 3000);
    });
    holder.prepend(button);
  }

  // On a phone the contents would push what matters off the screen.
  const contents = document.querySelector("nav details");
  if (contents && matchMedia("(max-width: 60rem)").matches) contents.open = false;
})();
