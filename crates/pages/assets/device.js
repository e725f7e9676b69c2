// The device key: ECDSA P-256, made by Web Crypto, never exportable, kept in IndexedDB under the id of the device.
// Fills `public_key`, `proof` or `problem` of the form and sends it. Beside an SMS code each key that is here signs, and a
// browser without one sends the code alone. On the page about another device a key that is here after all says that it is
// this one. Holds no words; the server renders them all.
const form = document.querySelector("form[data-device-id]");
const { deviceId, nonce, purpose, audience, flow, now, atOnce } = form.dataset;
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const utf8 = new TextEncoder();
let leaving = false;

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const part = (value) => base64url(utf8.encode(JSON.stringify(value)));

class Problem extends Error {}

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(new Problem("storage_blocked"));
  });

async function store(mode, act) {
  let database;
  try {
    const opening = indexedDB.open("kiru", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    database = await asked(opening);
    return await asked(act(database.transaction("keys", mode).objectStore("keys")));
  } catch {
    throw new Problem("storage_blocked");
  } finally {
    if (database) database.close();
  }
}

async function newKey() {
  const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  await store("readwrite", (keys) => keys.put(pair, deviceId));
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  form.elements.public_key.value = JSON.stringify({ kty, crv, x, y });
  // Read back: some private windows take the key and keep nothing.
  return keptKey(deviceId, "storage_blocked");
}

async function keptKey(id, otherwise) {
  const pair = await store("readonly", (keys) => keys.get(id));
  if (!pair || !pair.privateKey || pair.privateKey.extractable) throw new Problem(otherwise);
  return pair.privateKey;
}

async function proof(key) {
  const iat = Math.floor(Number(now) / 1e6 + performance.now() / 1000); // the server's clock, not the device's
  const head = part({ typ: "kiru-device-proof+jwt", alg: "ES256" });
  const signed = `${head}.${part({ aud: audience, flow, purpose, nonce, iat })}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8.encode(signed));
  return `${signed}.${base64url(signature)}`;
}

async function besideCode() {
  const proofs = deviceId.split(" ").map(async (id) => proof(await keptKey(id, "no_key")));
  const made = await Promise.allSettled(proofs);
  form.elements.proof.value = made.flatMap((one) => one.value || []).join(" ");
  form.submit();
}

async function look() {
  const kept = await Promise.allSettled(deviceId.split(" ").map((id) => keptKey(id, "no_key")));
  if (kept.some((one) => one.value)) form.submit();
}

async function answer() {
  if (leaving) return;
  leaving = true;
  if (purpose === "confirm") return besideCode();
  if (purpose === "look") return look();
  try {
    if (!window.crypto || !crypto.subtle) throw new Problem("no_web_crypto");
    const key = await (purpose === "register" ? newKey() : keptKey(deviceId, "no_key"));
    form.elements.proof.value = await proof(key);
  } catch (error) {
    form.elements.public_key.value = "";
    form.elements.problem.value = error instanceof Problem ? error.message : "no_web_crypto";
  }
  form.submit();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer();
});
// A page brought back by the back button starts afresh.
addEventListener("pageshow", (event) => {
  if (event.persisted) leaving = false;
});
if (atOnce !== undefined) answer();
