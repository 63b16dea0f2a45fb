// The key, where the server asks for one. It is kept for this tab only.

const NAME = "steno-key";
const dialog = document.querySelector("#ask");
const field = document.querySelector("#ask-key");
const button = document.querySelector("#key");
const why = document.querySelector("#ask-why");
const usual = why.textContent;

export const key = () => sessionStorage.getItem(NAME);
// A client secret opens sessions and nothing else.
export const isSecret = () => key()?.startsWith("ek_") ?? false;

export const headers = () => (key() ? { Authorization: `Bearer ${key()}` } : {});

// Browsers cannot send a header with a WebSocket, so the key is one of the subprotocols.
export const subprotocols = () => ["realtime", ...(key() ? [`openai-insecure-api-key.${key()}`] : [])];

let asking;

// Asks for a key; false when none is given. Whoever asks meanwhile gets the same answer.
export function askForKey() {
  asking ??= ask().finally(() => { asking = undefined; });
  return asking;
}

function ask() {
  why.textContent = key() ? "The server did not take the key that it was given. Enter another one." : usual;
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      const value = field.value.trim();
      const isGiven = dialog.returnValue === "use" && value !== "";
      if (isGiven) sessionStorage.setItem(NAME, value);
      field.value = "";
      showButton();
      resolve(isGiven);
    };
  });
}

// The button by which a key is replaced is there once one has been given.
function showButton() { button.hidden = key() === null; }
// The key's own button is the form's only one that sends it, so that Enter does.
document.querySelector("#ask-cancel").onclick = () => dialog.close("cancel");
button.onclick = async () => {
  // Another key has characters of its own.
  if (await askForKey()) location.reload();
};
showButton();
