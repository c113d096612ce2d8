// Every page is complete without this file; it only adds. No request is made from here.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // "/" goes to the search box.
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const box = document.querySelector(".find input");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // On a phone the strip of sections starts where you are.
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 60;

  // A button beside what is meant to be copied; without script, people select.
  const copyButton = (label, text) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy " + label);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text());
        button.textContent = "Copied";
      } catch {
        button.textContent = "Press Ctrl+C";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1600);
    });
    return button;
  };
  for (const command of all(".cmd")) {
    const text = command.textContent;
    command.append(copyButton("command: " + text, () => text));
  }
  for (const file of all(".file")) {
    const pre = file.querySelector("pre"), header = file.querySelector("header");
    header.append(copyButton("file " + header.textContent, () => pre.textContent));
  }

  // Times go on while a page is open; the exact one stays in `title` and `datetime`.
  const say = (milliseconds) => {
    const s = Math.abs(milliseconds) / 1000;
    const [count, unit] = s < 90 ? [s, "s"] : s < 5400 ? [s / 60, "min"] : s < 129600 ? [s / 3600, "h"] : [s / 86400, "days"];
    const whole = Math.round(count);
    const text = whole + " " + (whole === 1 && unit === "days" ? "day" : unit);
    return milliseconds < 0 ? text + " ago" : "in " + text;
  };
  const began = Date.parse(document.documentElement.dataset.now || ""), since = performance.now();
  if (began) {
    setInterval(() => {
      const now = began + performance.now() - since;
      for (const time of all("time[data-rel]")) time.textContent = say(Date.parse(time.dateTime) - now);
    }, 30000);
  }

  // A long table is filtered by typing.
  for (const box of all("[data-filter]")) {
    const rows = all("#" + box.dataset.filter + " tbody tr"), said = document.getElementById(box.dataset.filter + "-n");
    box.hidden = false;
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
        if (!row.hidden) shown += 1;
      }
      said.textContent = shown + " of " + rows.length + " rows";
    });
  }

  // Lineage: what hangs on the box under the pointer or the focus.
  for (const picture of all("svg.lin")) {
    const light = (id) => {
      picture.classList.toggle("faded", id !== null);
      for (const wire of all(".wire", picture)) {
        wire.classList.toggle("lit", id !== null && (wire.dataset.a === id || wire.dataset.b === id));
      }
    };
    for (const box of all("a[data-id]", picture)) {
      for (const on of ["mouseenter", "focus"]) box.addEventListener(on, () => light(box.dataset.id));
      for (const off of ["mouseleave", "blur"]) box.addEventListener(off, () => light(null));
    }
  }
})();
