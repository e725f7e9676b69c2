// Hears what happens to the code on the page: by events, or by asking where there are none. All words come from the server: a
// page that hears another one than its own is loaded again, and a signed one goes on.
const { address, live } = document.getElementById("live").dataset;
const form = document.getElementById("live-form");
let over = false;

function hear(word) {
  if (over || word === live) return;
  over = true;
  location.reload();
}

async function ask() {
  try {
    const answer = await fetch(`${address}/state`, { cache: "no-store" });
    hear(answer.ok ? await answer.text() : "");
  } catch {
    // No network at the moment; the next time will tell.
  }
}

async function keepAsking() {
  await ask();
  if (!over) setTimeout(keepAsking, 2000);
}

if (form) {
  form.submit();
} else {
  const source = new EventSource(`${address}/events`);
  source.onmessage = (event) => hear(event.data);
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) keepAsking();
  };
  // Back from the app: what happened meanwhile may not have been heard.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
}
