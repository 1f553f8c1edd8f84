"use strict";
(() => {
  const filter = document.getElementById("filter");
  const chips = [...filter.querySelectorAll(".chip")];
  const area = document.getElementById("area");
  const shown = document.getElementById("shown");
  const rules = [...document.querySelectorAll("#matrix tbody tr")];
  const findings = [...document.querySelectorAll(".finding")];

  function apply() {
    const wanted = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
    for (const item of [...rules, ...findings]) {
      const verdicts = item.dataset.verdicts.split(" ");
      const fits = wanted.length === 0 || wanted.some((verdict) => verdicts.includes(verdict));
      item.hidden = !fits || (area.value !== "" && item.dataset.area !== area.value);
    }
    const seen = (items) => items.filter((item) => !item.hidden).length;
    shown.textContent = `${seen(rules)} of ${rules.length} rules, ${seen(findings)} of ${findings.length} findings`;
  }

  function showAll() {
    chips.forEach((chip) => chip.setAttribute("aria-pressed", "false"));
    area.value = "";
    apply();
  }

  filter.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (chip) {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      apply();
    }
  });
  filter.addEventListener("submit", (event) => event.preventDefault());
  area.addEventListener("change", apply);
  document.getElementById("all").addEventListener("click", showAll);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.hash.slice(1));
    if (target) {
      if (target.hidden) showAll();
      target.focus({ preventScroll: true });
    }
  });
  filter.hidden = false;
  showAll();
})();
