// Opens a session in which the server answers, and has it play the character that is chosen.

import { connect } from "./connection.js";
import { Problem } from "./problems.js";

// Resolves with the connection, the session as it has begun, and the voice in which it speaks unless one is named.
// Fails with a Problem, also where the character cannot be played. Events go to `onEvent` from then on.
export async function openSession(prompt, { onEvent, onClose }) {
  let step;
  const { promise: created, ...first } = waiting("session.created");
  step = first;
  const connection = await connect({ model: "assistant" }, {
    onEvent: (event) => (step ? step.take(event) : onEvent(event)),
    onClose: (problem) => (step ? step.fail(problem) : onClose(problem)),
  });
  try {
    let { session } = await created;
    const begun = session;
    if (prompt) {
      const { promise: updated, ...second } = waiting("session.updated");
      step = second;
      connection.send("session.update", { event_id: "character", session: { type: "realtime", prompt } });
      ({ session } = await updated);
    }
    step = undefined;
    return { connection, session: begun, voice: session.audio?.output?.voice };
  } catch (problem) {
    connection.close();
    throw problem;
  }
}

// One event of a session that is being opened; until it comes, an error is about what was asked last.
function waiting(type) {
  const { promise, resolve, reject } = Promise.withResolvers();
  return {
    promise,
    take: (event) => {
      if (event.type === type) resolve(event);
      if (event.type === "error") reject(new Problem(event.error.message, event.error.code));
    },
    fail: reject,
  };
}
