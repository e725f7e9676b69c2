// Signs the challenge of the page with NCALayer: a WebSocket of this machine, one request, one answer. Nothing reported here
// is trusted; the server verifies the signature. Holds no words: the server renders every state, this shows one.
const box = document.getElementById("eds");
const form = document.getElementById("eds-form");
const start = document.getElementById("continue");
const stop = document.getElementById("stop");
const { address, challenge, usages, testChain, locale } = box.dataset;

const GREETING = 20000; // a person may be reading the browser's question about local programs
const SIGNING = 600000; // and look for the password of the key
const LONGEST = 48000; // more than any signature has, less than the server reads

let socket = null;
let timer = 0;

function show(state) {
  for (const part of box.querySelectorAll("[data-show]")) part.hidden = part.dataset.show !== state;
  const busy = state === "working";
  start.hidden = busy;
  stop.hidden = !busy;
  if (!busy) start.textContent = start.dataset.again;
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
  socket = null;
  if (old) {
    old.onopen = old.onmessage = old.onerror = old.onclose = null;
    old.close();
  }
  if (!state) return;
  box.querySelector("[data-detail]").textContent = detail.slice(0, 200);
  show(state);
  start.focus();
}

function request() {
  const signerParams = { extKeyUsageOids: usages ? usages.split(" ") : [] };
  if (testChain === "true") signerParams.chain = [];
  return {
    module: "kz.gov.pki.knca.basics",
    method: "sign",
    args: {
      allowedStorages: ["PKCS12", "AKKaztokenStore", "AKKZIDCardStore"],
      format: "cms",
      data: challenge,
      signingParams: { decode: true, encapsulate: true, digested: false },
      signerParams,
      locale,
    },
  };
}

// Whoever listens there answers what it likes: only a text of the letters that a signature has is one.
const signed = (text) => (text.length <= LONGEST && /^[\w+/=\s-]+$/.test(text) ? { signature: text } : { state: "failed" });
const plain = (value) => typeof value === "string" || typeof value === "number";

// Every form an answer is known to take: a text, a list, an object with the signature, nothing at all when cancelled, a
// failure; and the code/message pair of the older module and of emulators.
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
  return /action\.cancell?ed/.test(detail) ? { state: "cancelled" } : { state: "failed", detail };
}

function send(signature) {
  step("check");
  end("");
  stop.hidden = true;
  form.elements.signature.value = signature;
  form.submit();
}

function heard(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    return; // heartbeats and other noise
  }
  if (!message || typeof message !== "object") return;
  // The greeting holds the version; an older or imitating program may send other text in its place.
  if (!socket.asked) {
    if (!("result" in message) && "status" in message) return;
    socket.asked = true;
    step("key");
    clearTimeout(timer);
    timer = setTimeout(end, SIGNING, "none");
    socket.send(JSON.stringify(request()));
    return;
  }
  const answer = read(message);
  if (answer.signature) send(answer.signature);
  else end(answer.state, answer.detail);
}

function begin() {
  end("");
  show("working");
  step("connect");
  stop.focus();
  timer = setTimeout(end, GREETING, "none");
  try {
    socket = new WebSocket(address);
  } catch {
    end("none");
    return;
  }
  socket.onmessage = (event) => heard(event.data);
  socket.onerror = () => end("none");
  socket.onclose = () => end("none");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!socket) begin();
});
stop.addEventListener("click", () => end("cancelled"));
addEventListener("pagehide", () => end("idle"));
