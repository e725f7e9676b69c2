// Copies a text and says so; without this file it is selected by hand.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const text = document.getElementById(button.dataset.copy);
    const done = document.getElementById(button.dataset.said);
    button.hidden = false;
    button.onclick = () => {
      done.hidden = true;
      navigator.clipboard.writeText(text.textContent).then(
        () => (done.hidden = false),
        () => getSelection().selectAllChildren(text),
      );
    };
  }
}
