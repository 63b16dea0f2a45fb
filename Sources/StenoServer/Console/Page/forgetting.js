// Asks whether what a memory holds is to be forgotten for good.

const dialog = document.querySelector("#forget-ask");

document.querySelector("#forget-cancel").onclick = () => dialog.close("cancel");

// Whether the user confirms it.
export function isToBeForgotten(memory, character) {
  dialog.querySelector("p").textContent =
    `What was said in “${memory}”, its summary and what ${character} knows about you are deleted from the server. ` +
    "This cannot be undone.";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "forget");
  });
}
