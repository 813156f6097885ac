// The form in which a receipt is checked: reads the file, has proof.js check it, and says what was
// found. All that people read stands in the page: in elements with data-text, and in templates.
import { check, published } from "./proof.js";

const form = document.querySelector("[data-proof]");
const result = document.querySelector("[data-proof-result]");
const texts = document.querySelector("[data-proof-texts]").content;
const MOMENT = { dateStyle: "long", timeStyle: "medium" };
const pattern = document.querySelector("[data-proof-step]").content;

/** The text of a name, with what is filled in; of the first name that there is. */
function text(facts, ...names) {
  const found = names.map((name) => texts.querySelector(`[data-text="${name}"]`)).find(Boolean);
  return found.textContent.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

function element(tag, className, content) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = content;
  return made;
}

/** What all steps come to: what is wrong counts most, then what could not be checked. */
function verdict(steps) {
  const found = new Set(steps.map((step) => step.result));
  return ["wrong", "unknown"].find((each) => found.has(each)) ?? "ok";
}

function told(step) {
  const item = pattern.cloneNode(true);
  item.querySelector("[data-name]").textContent = text({}, `step-${step.name}`);
  const status = item.querySelector("[data-status]");
  const tones = { ok: "safe", wrong: "danger", unknown: "neutral" };
  status.classList.add(`utrecht-status-badge--${tones[step.result]}`);
  status.textContent = text({}, `result-${step.result}`);
  const reasons = [`${step.name}-${step.reason}`, `any-${step.reason}`];
  item.querySelector("[data-meaning]").textContent = text(step.facts, ...reasons);
  return item;
}

/** What the receipt is of, as it was recorded. */
function recorded(event) {
  const part = document.querySelector("[data-proof-event]").content.cloneNode(true);
  const format = (options) => new Intl.DateTimeFormat(document.documentElement.lang, options);
  const said = {
    type: text({}, `event-${event.type}`, "event-other"),
    occurred: format({ dateStyle: "long", timeZone: "UTC" }).format(event.occurredOn),
    recorded: format({ ...MOMENT, timeZone: "Europe/Amsterdam" }).format(event.recordedAt),
    role: text({}, `role-${event.role}`, "role-other"),
    data: JSON.stringify(JSON.parse(event.data), null, 2),
  };
  for (const [name, value] of Object.entries(said)) {
    part.querySelector(`[data-event="${name}"]`).textContent = value;
  }
  return part;
}

function show(found) {
  const end = verdict(found.steps);
  // What was changed is not shown as what was recorded.
  const proven = found.steps.some((step) => step.name === "included" && step.result === "ok");
  const list = element("ol", "proof-steps", "");
  list.append(...found.steps.map(told));
  const alert = { ok: "ok", wrong: "error", unknown: "warning" }[end];
  const said = element("div", `utrecht-alert utrecht-alert--${alert}`, "");
  said.append(element("p", "utrecht-paragraph", text({}, `verdict-${end}-about`)));
  result.replaceChildren(
    element("h2", "utrecht-heading-2", text({}, `verdict-${end}`)),
    said,
    list,
    ...(proven ? [recorded(found.event)] : []),
  );
}

function say(name) {
  result.replaceChildren(element("p", "utrecht-paragraph", text({}, name)));
}

async function checked(receipt) {
  say("busy");
  const own = form.elements.key.value.trim();
  const keys = own ? [own] : form.dataset.keys.split(" ").filter(Boolean);
  const log = { origin: form.dataset.origin, keys };
  show(await check(receipt, log, published(form.dataset.tree)));
}

/** The receipt that the reader came with, from this server. */
async function fetched(address) {
  const answer = await fetch(address).catch(() => null);
  return answer?.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

form.addEventListener("submit", async (submitted) => {
  submitted.preventDefault();
  const [file] = form.elements.file.files;
  const kept = file ? new Uint8Array(await file.arrayBuffer()) : null;
  const receipt = kept ?? (form.dataset.receipt ? await fetched(form.dataset.receipt) : null);
  if (receipt) await checked(receipt);
  else say(form.dataset.receipt ? "not-fetched" : "no-file");
});
form.hidden = false;
if (form.dataset.receipt) form.requestSubmit();
