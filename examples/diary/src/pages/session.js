// Notices that the session ended elsewhere: asks every two seconds while the page is in front, and when it comes back.
"use strict";

(function () {
  var asking = false;

  function look() {
    if (asking || document.visibilityState !== "visible") {
      return;
    }
    asking = true;
    fetch("/session", { cache: "no-store" })
      .then(function (answer) {
        if (answer.status === 401) {
          location.replace("/");
        }
      })
      .catch(function () {})
      .then(function () {
        asking = false;
      });
  }

  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
})();
