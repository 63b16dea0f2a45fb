// Controls whose values are kept in this browser.

const NAME = "steno-preferences";

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

const values = read();

export const preference = (name) => values[name];

export function remember(name, value) {
  values[name] = value;
  try {
    localStorage.setItem(NAME, JSON.stringify(values));
  } catch {
    // A browser that keeps nothing still works until the page is closed.
  }
}

const propertyOf = (control) => (control.type === "checkbox" ? "checked" : "value");

// Gives a control the value that it had the last time.
export function restore(control) {
  const property = propertyOf(control);
  const saved = values[control.id];
  if (saved !== undefined) {
    const before = control[property];
    control[property] = saved;
    // A list may no longer have what was chosen.
    if (control[property] !== saved) control[property] = before;
  }
}

// Restores a control, and keeps what it gets from now on.
export function keep(control, onChange = () => {}) {
  restore(control);
  const property = propertyOf(control);
  control.addEventListener("change", () => {
    remember(control.id, control[property]);
    onChange(control[property]);
  });
}

const languages = ["en", "ar", "bg", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nl",
  "no", "pl", "pt", "ro", "ru", "sk", "sv", "th", "tr", "uk", "vi", "zh"];

export function addLanguages(select) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const options = languages.map((code) => new Option(names.of(code), code));
  select.append(...options.sort((a, b) => a.text.localeCompare(b.text)));
}
