// The page's one audio context, with its worklets. Browsers start it only after the user has done something.

let context;
let worklets;

export async function sound() {
  context ??= new AudioContext({ latencyHint: "interactive" });
  worklets ??= Promise.all(
    ["capture.js", "playback.js"].map((name) => context.audioWorklet.addModule(new URL(name, import.meta.url))),
  );
  if (context.state !== "running") await context.resume();
  await worklets;
  return context;
}
