// Shows new messages and waiting requests by itself: asks what the page would look like, loads it again when it differs.
let seen = null;

async function look() {
  try {
    const answer = await fetch("/changes", { cache: "no-store" });
    const now = await answer.text();
    if (seen !== null && answer.ok && now !== seen) {
      location.reload();
      return;
    }
    seen = answer.ok ? now : seen;
  } catch {
    // The demo has ended or is starting again; the next look will tell.
  }
  setTimeout(look, 1500);
}

look();

// The clock runs on the page as it runs behind it.
const clock = document.getElementById("clock-now");
if (clock && !("stands" in clock.dataset)) {
  const parts = clock.textContent.match(/^(\d+)\.(\d+)\.(\d+) (\d+):(\d+):(\d+)$/);
  if (parts) {
    const [day, month, year, hour, minute, second] = parts.slice(1).map(Number);
    const shown = Date.UTC(year, month - 1, day, hour, minute, second); // a wall clock, whatever its zone
    const since = performance.now();
    const two = (number) => String(number).padStart(2, "0");
    setInterval(() => {
      const at = new Date(shown + performance.now() - since);
      const date = [two(at.getUTCDate()), two(at.getUTCMonth() + 1), at.getUTCFullYear()].join(".");
      clock.textContent = `${date} ${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":")}`;
    }, 250);
  }
}
