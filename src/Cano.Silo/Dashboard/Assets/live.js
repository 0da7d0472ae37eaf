// Keeps a page up to date. The server renders pages whole; this reads the page anew when something has happened (an event of the batch's stream, or every so often), and puts what has changed
// in place of what was there, region by region: elements with data-live and an id.

const pause = 1000;
let reading = false;
let due = false;
let last = 0;
let timer = 0;

function later() {
  due = true;
  if (!reading && !timer) {
    timer = setTimeout(read, Math.max(0, last + pause - performance.now()));
  }
}

async function read() {
  timer = 0;
  reading = true;
  due = false;
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 401) {
      // Not signed in any more.
      location.reload();
      return;
    }

    if (response.ok) {
      take(new DOMParser().parseFromString(await response.text(), "text/html"));
    }
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }
    // The host can't be reached at the moment; the next event or the next time comes.
  } finally {
    reading = false;
    last = performance.now();
    if (due) {
      later();
    }
  }
}

function take(page) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(region.id);
    if (fresh) {
      copyAttributes(region, fresh);
      if (region.dataset.live !== "attributes" && region.dataset.chart === undefined) {
        copyContent(region, fresh);
      }
    }
  }

  document.title = page.title;
  every(page.body.dataset.every);
}

function copyAttributes(region, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (region.getAttribute(name) !== value && name !== "style" && !name.startsWith("_")) {
      region.setAttribute(name, value);
    }
  }

  region.hidden = fresh.hidden;
}

function copyContent(region, fresh) {
  if (region.innerHTML === fresh.innerHTML || isSelecting(region)) {
    return;
  }

  const focus = region.contains(document.activeElement) ? pathTo(document.activeElement) : null;
  const open = [...region.querySelectorAll("details[open][id]")].map(details => details.id);
  region.replaceChildren(...document.importNode(fresh, true).childNodes);
  for (const id of open) {
    document.getElementById(id)?.setAttribute("open", "");
  }

  if (focus) {
    document.querySelector(focus)?.focus({ preventScroll: true });
  }

  tick();
}

function isSelecting(region) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && selection.containsNode(region, true);
}

function pathTo(element) {
  const region = element.closest("[data-live]");
  const steps = [];
  for (let at = element; at !== region; at = at.parentElement) {
    steps.unshift(`:nth-child(${[...at.parentElement.children].indexOf(at) + 1})`);
  }

  return `#${CSS.escape(region.id)}${steps.map(step => ` > ${step}`).join("")}`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.round((Date.parse(element.dataset.until) - Date.now()) / 1000));
    element.textContent = seconds === 0 ? "now" : `in ${clock(seconds)}`;
  }
}

function clock(seconds) {
  const two = number => String(number).padStart(2, "0");
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)} h` : `${minutes}:${two(seconds % 60)} min`;
}

let period = 0;
let periodTimer = 0;

function every(milliseconds) {
  if (milliseconds === undefined) {
    clearInterval(periodTimer);
    period = 0;
  } else if (milliseconds !== period) {
    clearInterval(periodTimer);
    period = milliseconds;
    periodTimer = setInterval(() => document.visibilityState === "visible" && later(), Number(milliseconds));
  }
}

function follow(url) {
  const source = new EventSource(url);
  source.addEventListener("progress", later);
  source.addEventListener("finished", () => {
    source.close();
    later();
  });
}

if (document.body.dataset.events) {
  follow(document.body.dataset.events);
}

every(document.body.dataset.every);
setInterval(tick, 1000);
tick();
