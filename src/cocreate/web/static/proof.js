// Checks a receipt of the log with nothing but what browsers have (Web Crypto, W3C). Nothing here is
// to be believed because we wrote it: docs/verifying.md tells the form of every byte, so that anyone
// can write the same, and the formats are those of RFC 9162 and C2SP (tlog-proof, signed-note,
// tlog-checkpoint, tlog-tiles).
//
// A step of the check has a name, a result ("ok", "wrong", or "unknown" where it could not be checked
// here) and the reason for it; what people read about it stands in the page.

const HEADER = "c2sp.org/tlog-proof@v1";
const LABEL = "cocreate/event@v1\n";
const HASH = 32;
const HEAD = 115;
const WIDTH = 256;
const ED25519 = 1;

export const STEPS = ["read", "log", "signature", "included", "current", "kept"];

/** What stands in the way of a step: the result, and the reason by which the page tells it. */
class Found extends Error {
  constructor(result, reason, facts = {}) {
    super(reason);
    Object.assign(this, { result, reason, facts });
  }
}

const wrong = (reason, facts) => new Found("wrong", reason, facts);
const unknown = (reason, facts) => new Found("unknown", reason, facts);

/** Where a server publishes its tree, such as "/v1/municipalities/GM0503/tree". */
export function published(tree, fetched = fetch) {
  const get = async (path) => {
    let answer;
    try {
      answer = await fetched(`${tree}/${path}`);
    } catch {
      throw unknown("unreachable");
    }
    if (!answer.ok) throw unknown("unreachable");
    return new Uint8Array(await answer.arrayBuffer());
  };
  return { checkpoint: () => get("checkpoint"), tile: (path) => get(`tile/${path}`) };
}

/**
 * Check a receipt (bytes) against a log ({origin, keys}) and what its server publishes now.
 * Gives the steps in order, and the event that the receipt is of, where it could be read.
 */
export async function check(receipt, log, server, subtle = globalThis.crypto?.subtle) {
  const steps = [];
  const held = {};
  // Each step stands by itself, as far as it can: one that fails does not hide what others find.
  const take = async (name, needed, work) => {
    try {
      const missing = needed.find((each) => !(each in held));
      if (missing) throw unknown("not-reached");
      steps.push({ name, result: "ok", reason: "ok", facts: (await work()) ?? {} });
    } catch (found) {
      if (!(found instanceof Found)) throw found;
      steps.push({ name, result: found.result, reason: found.reason, facts: found.facts });
    }
  };
  const secure = () => {
    if (!subtle) throw unknown("insecure"); // browsers have Web Crypto on safe connections only
  };

  await take("read", [], () => {
    Object.assign(held, readReceipt(receipt));
    return { position: held.event.position };
  });
  await take("log", ["event"], () => {
    const { event, checkpoint, index } = held;
    for (const origin of [checkpoint.origin, event.origin]) {
      if (origin !== log.origin) throw wrong("other-log", { origin });
    }
    if (event.position !== index + 1) throw wrong("other-place", { position: event.position });
    held.ours = true;
    return { origin: log.origin };
  });
  await take("signature", ["note"], async () => {
    secure();
    return verifyNote(subtle, held.note, log);
  });
  await take("included", ["event"], async () => {
    secure();
    const { index, checkpoint, proof, extra, event } = held;
    if (index >= checkpoint.size) throw wrong("too-small", { size: checkpoint.size });
    // The entry: the position, and the commitment over the salt and the event.
    const entry = joined(bytesOf(event.position), await sha256(subtle, extra));
    const leaf = await sha256(subtle, joined(Uint8Array.of(0), entry));
    const root = await rootAlong(subtle, leaf, sides(index, index + 1, checkpoint.size), proof);
    if (!root || !same(root, checkpoint.root)) throw wrong("wrong", { size: checkpoint.size });
    return { position: event.position, size: checkpoint.size };
  });
  await take("current", ["ours"], async () => {
    secure();
    const note = await readNote(await server.checkpoint(), "unsigned");
    const checkpoint = readCheckpoint(note.text, "unsigned");
    const facts = { size: checkpoint.size, before: held.checkpoint.size };
    if (checkpoint.origin !== log.origin) throw wrong("unsigned", facts);
    await verifyNote(subtle, note, log, "unsigned");
    if (checkpoint.size < held.checkpoint.size) throw wrong("shorter", facts);
    held.current = checkpoint;
    return facts;
  });
  await take("kept", ["current"], async () => {
    const facts = { size: held.current.size, before: held.checkpoint.size };
    if (!(await goesOn(subtle, held.checkpoint, held.current, server))) throw wrong("wrong", facts);
    return facts;
  });
  return { steps, event: held.event ?? null };
}

// -- what is in a receipt ---------------------------------------------------------------------------

function readReceipt(bytes) {
  const whole = textOf(bytes, "malformed");
  const end = whole.indexOf("\n\n");
  const [header, ...lines] = whole.slice(0, Math.max(end, 0)).split("\n");
  if (header !== HEADER) throw wrong("malformed");
  const extra = lines[0]?.startsWith("extra ") ? base64(lines.shift().slice(6), "malformed") : null;
  if (!lines[0]?.startsWith("index ")) throw wrong("malformed");
  const index = number(lines.shift().slice(6), "malformed");
  const proof = lines.map((line) => hash(line, "malformed"));
  const note = readNote(new TextEncoder().encode(whole.slice(end + 2)), "malformed");
  const checkpoint = readCheckpoint(note.text, "malformed");
  if (!extra) throw wrong("no-event");
  return { index, proof, note, checkpoint, extra, event: readEvent(extra) };
}

/** The salt, a head of fixed size, and five fields whose lengths stand in it. */
function readEvent(extra) {
  const data = extra.subarray(HASH);
  if (data.length < HEAD || textOf(data.subarray(0, 18), "no-event") !== LABEL) throw wrong("no-event");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const at = (place) => Number(view.getBigInt64(place));
  const fields = [];
  let place = HEAD;
  for (let each = 75; each < HEAD; each += 8) {
    const length = at(each);
    if (length < 0 || place + length > data.length) throw wrong("no-event");
    fields.push(textOf(data.subarray(place, place + length), "no-event"));
    place += length;
  }
  if (place !== data.length) throw wrong("no-event");
  const [origin, type, , role, said] = fields;
  return {
    position: at(18),
    version: at(42),
    recordedAt: new Date(at(58) / 1000),
    occurredOn: new Date(at(66) * 86_400_000),
    public: data[74] === 1,
    origin,
    type,
    role,
    data: said,
  };
}

function readNote(bytes, reason) {
  const whole = textOf(bytes, reason);
  const end = whole.lastIndexOf("\n\n");
  if (end < 0 || !whole.endsWith("\n")) throw wrong(reason);
  const signatures = whole
    .slice(end + 2, -1)
    .split("\n")
    .map((line) => {
      const [dash, name, value, ...more] = line.split(" ");
      if (dash !== "\u2014" || !name || !value || more.length) throw wrong(reason);
      const signed = base64(value, reason);
      return { name, id: signed.subarray(0, 4), value: signed.subarray(4) };
    });
  return { text: whole.slice(0, end + 1), signatures };
}

function readCheckpoint(text, reason) {
  const [origin, size, root, ...more] = text.slice(0, -1).split("\n");
  if (!origin || !size || !root || more.includes("")) throw wrong(reason);
  return { origin, size: number(size, reason), root: hash(root, reason) };
}

// -- signatures -------------------------------------------------------------------------------------

/** Verify that one of the keys of a log signed a note; each that is said to have must have. */
async function verifyNote(subtle, note, log, reason = null) {
  let signer = null;
  for (const text of log.keys) {
    const key = await readKey(subtle, text);
    if (key.name !== log.origin) throw unknown("bad-key");
    const own = note.signatures.filter((each) => each.name === key.name && same(each.id, key.id));
    for (const signature of own) {
      if (!(await verify(subtle, key, signature, note.text))) throw wrong(reason ?? "wrong");
      signer = text.split("+")[1];
    }
  }
  if (!signer) throw wrong(reason ?? "not-signed");
  return { key: signer };
}

/** A key in the form name+id+key; its id follows from the rest. */
async function readKey(subtle, text) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const material = match && base64(match[3], null);
  if (!material || material.length !== 33 || material[0] !== ED25519) throw unknown("bad-key");
  const named = joined(new TextEncoder().encode(`${match[1]}\n`), material);
  const id = (await sha256(subtle, named)).subarray(0, 4);
  if (hex(id) !== match[2]) throw unknown("bad-key");
  return { name: match[1], id, material: material.subarray(1) };
}

async function verify(subtle, key, signature, text) {
  try {
    const known = await subtle.importKey("raw", key.material, "Ed25519", false, ["verify"]);
    const signed = new TextEncoder().encode(text);
    return await subtle.verify("Ed25519", known, signature.value, signed);
  } catch (problem) {
    if (problem.name === "NotSupportedError") throw unknown("no-ed25519");
    return false; // no point of the curve, and so the key of nobody
  }
}

// -- the tree (RFC 9162, 2.1) -----------------------------------------------------------------------

/** What lies beside the way from a complete subtree up to the root, lowest first. */
function sides(start, end, size) {
  const found = [];
  let [low, high] = [0, size];
  while (low !== start || high !== end) {
    const middle = low + powerBelow(high - low);
    if (end <= middle) {
      found.unshift({ start: middle, end: high, right: true });
      high = middle;
    } else {
      found.unshift({ start: low, end: middle, right: false });
      low = middle;
    }
  }
  return found;
}

/** The largest power of two that is less than a number. */
function powerBelow(number) {
  let power = 1;
  while (power * 2 < number) power *= 2;
  return power;
}

async function rootAlong(subtle, leaf, way, proof) {
  if (way.length !== proof.length) return null;
  let reached = leaf;
  for (const [place, side] of way.entries()) {
    const pair = side.right ? [reached, proof[place]] : [proof[place], reached];
    reached = await node(subtle, ...pair);
  }
  return reached;
}

/** Whether the tree that is published goes on from an earlier one: all that was in it still is. */
async function goesOn(subtle, earlier, current, server) {
  if (earlier.size === current.size) return same(earlier.root, current.root);
  if (earlier.size === 0) return true;
  const subtree = subtreesIn(subtle, current.size, server);
  const span = async (start, end) => {
    const peaks = [];
    while (start < end) {
      const power = powerBelow(end - start + 1);
      peaks.push(await subtree(Math.log2(power), start / power));
      start += power;
    }
    let root = peaks.pop();
    while (peaks.length) root = await node(subtle, peaks.pop(), root);
    return root;
  };
  // From the last complete subtree of the earlier tree up, both roots must be reached.
  let last = 1;
  while ((earlier.size / last) % 2 === 0) last *= 2;
  const start = earlier.size - last;
  let before = start === 0 ? earlier.root : await span(start, earlier.size);
  let now = before;
  for (const side of sides(start, earlier.size, current.size)) {
    const other = await span(side.start, side.end);
    if (side.right) {
      now = await node(subtle, now, other);
    } else {
      before = await node(subtle, other, before);
      now = await node(subtle, other, now);
    }
  }
  return same(before, earlier.root) && same(now, current.root);
}

/** Gives the root of a complete subtree by its level and its index there, from tiles of 256 hashes. */
function subtreesIn(subtle, size, server) {
  const tiles = new Map();
  return async (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const height = level % 8;
    const perTile = WIDTH / 2 ** height;
    const tile = Math.floor(index / perTile);
    const width = Math.min(WIDTH, Math.floor(size / WIDTH ** tileLevel) - tile * WIDTH);
    const path = tilePath(tileLevel, tile, width);
    if (!tiles.has(path)) tiles.set(path, await server.tile(path));
    const data = tiles.get(path);
    if (data.length !== width * HASH) throw wrong("wrong", { size, before: size });
    const first = (index % perTile) * 2 ** height;
    let row = [];
    for (let each = first; each < first + 2 ** height; each += 1) {
      row.push(data.subarray(each * HASH, (each + 1) * HASH));
    }
    while (row.length > 1) {
      const above = [];
      for (let each = 0; each < row.length; each += 2) {
        above.push(await node(subtle, row[each], row[each + 1]));
      }
      row = above;
    }
    return row[0];
  };
}

/** The path of a tile, such as "0/x001/067.p/8". */
function tilePath(level, index, width) {
  const groups = [];
  for (let rest = index, last = true; last || rest > 0; last = false) {
    groups.unshift((last ? "" : "x") + String(rest % 1000).padStart(3, "0"));
    rest = Math.floor(rest / 1000);
  }
  return [level, ...groups].join("/") + (width < WIDTH ? `.p/${width}` : "");
}

// -- bytes ------------------------------------------------------------------------------------------

const sha256 = async (subtle, bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
const node = (subtle, left, right) => sha256(subtle, joined(Uint8Array.of(1), left, right));
const same = (one, other) => hex(one) === hex(other);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

function bytesOf(position) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(position));
  return bytes;
}

function textOf(bytes, reason) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw wrong(reason);
  }
}

/** Bytes from base64; null or a reason where it is not, in the one spelling that it has. */
function base64(text, reason) {
  try {
    const characters = atob(text);
    if (btoa(characters) === text) return Uint8Array.from(characters, (each) => each.charCodeAt(0));
  } catch {
    // told below
  }
  if (reason === null) return null;
  throw wrong(reason);
}

function hash(text, reason) {
  const bytes = base64(text, reason);
  if (bytes.length !== HASH) throw wrong(reason);
  return bytes;
}

function number(text, reason) {
  const value = Number(text);
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(value)) throw wrong(reason);
  return value;
}
