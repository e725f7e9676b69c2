// Signs the challenge of the page with NCALayer: a WebSocket of this machine, one request at a time. Nothing reported here
// is trusted; the server verifies the signature. Holds no words: the server renders every state, this shows one.
const box = document.getElementById("eds");
const form = document.getElementById("eds-form");
const start = document.getElementById("continue");
const stop = document.getElementById("stop");
const choice = document.getElementById("eds-choice");
const storage = document.getElementById("eds-storage");
const { address, challenge, usages, testChain, locale, seconds } = box.dataset;

const BASICS = "kz.gov.pki.knca.basics";
const UTILS = "kz.gov.pki.knca.commonUtils";
const GREETING = 20000; // a person may be reading the browser's question about local programs
const LOADED = performance.now(); // the challenge is running since then, however late the person presses
const LONGEST = 48000; // more than any signature has, less than the server reads

let socket = null;
let answered = null; // takes the answer to the request that is under way
let timer = 0;
let permission = null; // what the browser says about local programs, if it asks at all

function show(state) {
  for (const part of box.querySelectorAll("[data-show]")) part.hidden = part.dataset.show !== state;
  const busy = state === "working";
  start.hidden = busy || state === "slow";
  stop.hidden = !busy;
  choice.hidden = start.hidden;
  if (state === "where" || state === "empty") choice.open = true;
}

function step(name) {
  let state = "done";
  for (const item of box.querySelectorAll("[data-step]")) {
    if (item.dataset.step === name) state = "now";
    item.className = state;
    if (state === "now") state = "";
  }
}

function end(state, detail = "") {
  clearTimeout(timer);
  const old = socket;
  socket = answered = null;
  if (old) {
    old.onmessage = old.onerror = old.onclose = null;
    old.close();
  }
  if (!state) return;
  const refused = state === "none" && permission && permission.state === "denied";
  box.querySelector("[data-detail]").textContent = detail.slice(0, 200);
  show(refused ? "denied" : state);
  if (state !== "idle") start.textContent = start.dataset.again;
  start.focus();
}

function ask(module, method, args) {
  return new Promise((resolve) => {
    answered = resolve;
    socket.send(JSON.stringify({ module, method, args }));
  });
}

// Whoever listens there answers what it likes: only a text of the letters that a signature has is one; or, where the page
// offers a document to sign, a document that ends.
const shapes = form.dataset.document ? /^[\w+/=\s-]+$|^\s*<[^]+>\s*$/ : /^[\w+/=\s-]+$/;
const signed = (text) => (text.length <= LONGEST && shapes.test(text) ? { signature: text } : { state: "failed" });
const plain = (value) => typeof value === "string" || typeof value === "number";

// Every form an answer is known to take: a text, a list, an object with the signature, nothing at all when cancelled, a
// failure; the code/message pair of the older module and of emulators; and that there is no such module.
function read(message) {
  if (message.status === true || message.status === "true") {
    const result = message.body && message.body.result;
    if (result === undefined || result === null) return { state: "cancelled" };
    const one = Array.isArray(result) ? result[0] : result;
    const text = one && typeof one === "object" ? one.signatures || one.signature : one;
    const signature = Array.isArray(text) ? text[0] : text;
    return typeof signature === "string" && signature ? signed(signature) : { state: "cancelled" };
  }
  if (message.code === "200" && typeof message.responseObject === "string") return signed(message.responseObject);
  const detail = [message.code || message.errorCode, message.message, message.details].filter(plain).join(" ");
  if (/MODULE_NOT_FOUND/.test(detail)) return { state: "old" };
  if (/action\.cancell?ed/.test(detail)) return { state: "cancelled" };
  return /storage\.empty/.test(detail) ? { state: "empty" } : { state: "failed", detail };
}

// Programs that sign nothing but documents say that they do not know what the page asked for.
const unknown = (answer) => form.dataset.document && answer.state === "failed" && /INVOCATION|PARAMS|NoSuchMethod/.test(answer.detail);
const xml = () => new TextDecoder().decode(Uint8Array.from(atob(form.dataset.document), (letter) => letter.charCodeAt(0)));

function basics(format, data, decode) {
  const signerParams = { extKeyUsageOids: usages ? usages.split(" ") : [] };
  if (testChain === "true") signerParams.chain = [];
  return ask(BASICS, "sign", {
    allowedStorages: storage.value ? storage.value.split(" ") : null,
    format,
    data,
    signingParams: { decode, encapsulate: true, digested: false },
    signerParams,
    locale,
  });
}

// The older module opens its window for one storage: a file, unless the person chose or a token is there.
async function utils() {
  const found = await ask(UTILS, "getActiveTokens", []);
  const list = found.code === "200" && Array.isArray(found.responseObject) ? found.responseObject : [];
  const tokens = list.filter((name) => /^AK\w{1,40}Store$/.test(name));
  const wanted = storage.value ? storage.value.split(" ") : ["PKCS12", ...tokens];
  const there = wanted.filter((name) => name === "PKCS12" || tokens.includes(name));
  if (read(found).state === "old") return { state: "old" };
  if (there.length !== 1) return { state: there.length ? "where" : "empty" };
  const answer = read(await ask(UTILS, "createCAdESFromBase64", [there[0], "", challenge, true]));
  return unknown(answer) ? read(await ask(UTILS, "signXml", [there[0], "", xml(), "", ""])) : answer;
}

async function sign() {
  let answer = read(await basics("cms", challenge, true));
  if (unknown(answer)) answer = read(await basics("xml", xml(), false));
  if (answer.state === "old") answer = await utils();
  if (!answer.signature) return end(answer.state, answer.detail);
  step("check");
  end("");
  stop.hidden = true;
  form.elements.signature.value = answer.signature;
  return form.submit();
}

function heard(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return; // heartbeats and other noise
  }
  if (!message || typeof message !== "object") return;
  if (socket.greeted) {
    const take = answered;
    answered = null;
    if (take) take(message);
    return;
  }
  // The greeting holds the version; an older or imitating program may send other text in its place.
  if (!("result" in message) && "status" in message) return;
  socket.greeted = true;
  socket.onerror = socket.onclose = () => end("lost");
  step("key");
  clearTimeout(timer);
  timer = setTimeout(end, left(), "slow"); // then the challenge is over
  sign();
}

const left = () => seconds * 1000 - (performance.now() - LOADED);

function begin() {
  if (left() <= 0) return end("slow");
  end("");
  show("working");
  step("connect");
  stop.focus();
  timer = setTimeout(end, GREETING, "none");
  try {
    socket = new WebSocket(address);
  } catch {
    return end("none");
  }
  socket.onmessage = (event) => heard(event.data);
  socket.onerror = socket.onclose = () => end("none");
  return undefined;
}

// Chromium asks whether the site may reach local programs. It is explained before: not where nothing will be asked.
function explain() {
  const shown = box.querySelector("[data-show]:not([hidden])");
  if (shown && !/idle|denied/.test(shown.dataset.show)) return;
  const state = permission ? permission.state : "granted";
  show(state === "prompt" ? "idle" : state === "denied" ? "denied" : "");
}

async function query() {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      permission = await navigator.permissions.query({ name });
      permission.onchange = explain;
      break;
    } catch {
      // A browser that knows no such permission does not ask.
    }
  }
  explain();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!socket) begin();
});
stop.addEventListener("click", () => end("cancelled"));
addEventListener("pagehide", () => end("idle"));
query();
