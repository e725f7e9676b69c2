// The SMS code: takes out what is not a digit when the form leaves, and offers the code from the message where the
// browser can (WebOTP). The form works without this file.
const field = document.getElementById("code");
const form = field && field.form;

if (form) {
  form.addEventListener("submit", () => {
    field.value = field.value.replace(/\D+/g, "");
    waiting.abort();
  });
}

const waiting = new AbortController();
if (form && "OTPCredential" in window && !field.value) {
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: waiting.signal })
    .then((message) => {
      if (message && !field.value) {
        field.value = message.code;
        field.focus();
      }
    })
    .catch(() => {});
}
