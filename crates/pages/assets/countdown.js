// Reveals what becomes possible later, and speaks at phases only: one minute left, over. Times come from the server, so a
// wrong clock in the device does not matter.
const passed = () => performance.now();

function after(element, name, wait, act) {
  const micros = Number(element.dataset[name]) - Number(element.dataset.now);
  const left = micros / 1000 - wait - passed();
  if (left < 86400000) setTimeout(act, Math.max(0, left));
}

for (const element of document.querySelectorAll("[data-until]")) {
  after(element, "until", 0, () => {
    element.hidden = true;
    document.getElementById(element.dataset.reveal).hidden = false;
  });
}

for (const element of document.querySelectorAll("[data-countdown]")) {
  const show = (phase) => () => {
    for (const part of element.children) part.hidden = part.dataset.phase !== phase;
  };
  after(element, "countdown", 60000, show("minute"));
  after(element, "countdown", 0, show("over"));
}
