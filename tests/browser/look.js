// What `look.py` asks of a page. Each function is called by its name on `look`.
(() => {
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== "hidden";
  };
  // Where the keyboard has to come: what can be used, in the dialog that is open or on the page.
  const stops = () => {
    const dialogs = [...document.querySelectorAll("dialog[open]")].filter((dialog) => dialog.matches(":modal"));
    const within = dialogs.at(-1) ?? document.body;
    const usable = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const found = [...within.querySelectorAll(usable)].filter(
      (element) => shown(element) && !element.disabled && element.tabIndex >= 0 && !element.closest("[inert]"),
    );
    const groups = new Set();
    return found.filter((element) => {
      if (element.type !== "radio") return true; // of a group, one is a stop and the arrows do the rest
      if (groups.has(element.name)) return false;
      groups.add(element.name);
      return true;
    });
  };
  const told = (element) =>
    `${element.localName} “${(element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "").trim().slice(0, 40)}”`;
  const same = (stop, focused) =>
    stop === focused || (stop.type === "radio" && focused?.type === "radio" && stop.name === focused.name);

  let waiting = [];
  const wrong = [];
  window.look = {
    // Begin a walk by keyboard; how many stops there are.
    beginWalk() {
      waiting = stops();
      wrong.length = 0;
      return waiting.length;
    },
    // After a press of Tab: is where we are to be seen, and not under something else?
    step() {
      const here = document.activeElement;
      waiting = waiting.filter((stop) => !same(stop, here));
      if (here === null || here === document.body || here.localName === "iframe") return;
      const box = here.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const label = here.labels?.[0];
      const top = document.elementFromPoint(x, y);
      const seen = top !== null && (here.contains(top) || top.contains(here) || label?.contains(top));
      if (!seen && shown(here) && box.width > 1) wrong.push(`covered when focused: ${told(here)}`);
    },
    // What is left: never reached.
    endWalk() {
      return [...wrong, ...waiting.filter((stop) => stop.isConnected && shown(stop)).map((stop) => `not reached by keyboard: ${told(stop)}`)];
    },
    // As in a language that runs from right to left and takes a third more room; `restore` undoes it.
    mirror() {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const before = [];
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const text = node.nodeValue;
        if (text.trim() === "" || node.parentElement.closest("script, style") !== null) continue;
        before.push([node, text]);
        const letters = [...text].map((char) => (/\p{L}/u.test(char) ? String.fromCharCode(0x5d0 + (char.codePointAt(0) % 22)) : char));
        node.nodeValue = letters.join("") + " " + letters.slice(0, Math.ceil(letters.length / 3)).join("").trim();
      }
      document.documentElement.dir = "rtl";
      window.look.restore = () => {
        for (const [node, text] of before) node.nodeValue = text;
        document.documentElement.dir = "ltr";
      };
    },
    wider() {
      return document.documentElement.scrollWidth - innerWidth;
    },
    // What stands still while the page scrolls may not fill the window.
    stuck() {
      const fixed = [...document.body.querySelectorAll("*")].filter(
        (element) => ["fixed", "sticky"].includes(getComputedStyle(element).position) && shown(element) && !element.closest("dialog"),
      );
      const rows = new Set();
      for (const element of fixed) {
        const box = element.getBoundingClientRect();
        for (let y = Math.max(0, Math.floor(box.top)); y < Math.min(innerHeight, box.bottom); y += 1) rows.add(y);
      }
      return rows.size / innerHeight;
    },
  };
})();
