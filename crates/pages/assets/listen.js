// The sound of the digits, without leaving the page. Without this file, or where it cannot be played, the link opens it.
let playing = null;

for (const link of document.querySelectorAll("[data-sound]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (playing) playing.pause();
    playing = new Audio(link.href);
    playing.play().catch(() => {
      if (playing.error) location.assign(link.href);
    });
    document.getElementById("code").focus();
  });
}
