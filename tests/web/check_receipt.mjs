// Checks a receipt as a browser does, for the tests: what is asked comes as JSON on the standard
// input, what was found goes out as JSON. What a dishonest server would publish may be given as well.
import { readFileSync } from "node:fs";

// As browsers take it, whatever this version of node makes of the name of the file.
const script = readFileSync("src/cocreate/web/static/proof.js").toString("base64");
const { check, published } = await import(`data:text/javascript;base64,${script}`);

const asked = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));

const honest = published(asked.tree);
const server = {
  checkpoint: async () => (asked.checkpoint ? bytes(asked.checkpoint) : honest.checkpoint()),
  tile: async (path) => (asked.tiles?.[path] ? bytes(asked.tiles[path]) : honest.tile(path)),
};

/** What browsers have that know no Ed25519. */
const older = {
  digest: (...given) => crypto.subtle.digest(...given),
  importKey: async () => {
    throw new DOMException("Unrecognized name", "NotSupportedError");
  },
};
const browsers = { new: crypto.subtle, older, insecure: null };

const log = { origin: asked.origin, keys: asked.keys };
const found = await check(bytes(asked.receipt), log, server, browsers[asked.browser ?? "new"]);
process.stdout.write(JSON.stringify(found));
