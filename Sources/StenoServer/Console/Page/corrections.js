// Corrections of the user's language. The model reports each by calling a function while it answers by voice.

export const TOOL = "note_correction";

export const tool = {
  type: "function",
  name: TOOL,
  description:
    "Shows the user one mistake of language in what they have just said, in writing. Call it once for each mistake, in " +
    "addition to your spoken answer, and speak about the mistake only where your instructions ask for it.",
  parameters: {
    type: "object",
    properties: {
      said: { type: "string", description: "The words with the mistake, as the user said them." },
      better: { type: "string", description: "The same words without the mistake." },
      why: { type: "string", description: "The rule, in one short sentence." },
    },
    required: ["said", "better"],
  },
};

// The correction in a call's arguments; nothing when they hold none.
export function correction(text) {
  try {
    const { said, better, why } = JSON.parse(text);
    return typeof said === "string" && typeof better === "string" ? { said, better, why } : undefined;
  } catch {
    return undefined;
  }
}
