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
