// One realtime session with the server.

import { askForKey, key, subprotocols } from "./access.js";
import { refusal, socketAddress } from "./api.js";
import { toBase64 } from "./pcm.js";
import { Problem } from "./problems.js";

// Bytes that may wait in the browser while a recording is sent.
const BACKLOG = 512 * 1024;

// Opens a session, and asks for a key if the server wants one. Fails with a Problem.
export async function connect(query, handlers) {
  for (;;) {
    try {
      return await open(query, handlers);
    } catch (problem) {
      if (problem.code !== "key" || !(await askForKey())) throw problem;
    }
  }
}

function open(query, { onEvent, onClose }) {
  return new Promise((resolve, reject) => {
    let socket;
    try {
      socket = new WebSocket(socketAddress(query), subprotocols());
    } catch {
      reject(new Problem("The key has characters that cannot be sent. Enter it again.", "key"));
      return;
    }
    let connection;
    socket.onopen = () => {
      connection = new Connection(socket);
      resolve(connection);
    };
    socket.onmessage = ({ data }) => { if (!connection?.isClosed) onEvent(JSON.parse(data)); };
    socket.onclose = async ({ code }) => {
      if (!connection) reject(await explained());
      else if (!connection.isClosed) {
        connection.isClosed = true;
        onClose(Problem.closed(code));
      }
    };
  });
}

async function explained() {
  const { status, message } = await refusal();
  switch (status) {
    case 0: return new Problem("The server cannot be reached. Check that it runs, then try again.", "unreachable");
    case 401:
      return new Problem(
        key() ? "The server did not take the key, or the client secret has expired." : "The server needs a key.",
        "key",
      );
    case 503: return new Problem("The server is busy: all its sessions are taken, or it is stopping. Try again in a moment.", "busy");
    case 403:
    case 421: return new Problem(message ?? "The server does not answer to this address.", "refused");
    default: return new Problem("The connection could not be opened. Try again in a moment.", "refused");
  }
}

class Connection {
  constructor(socket) {
    this.socket = socket;
    this.isClosed = false;
    this.count = 0;
  }

  send(type, fields = {}) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type, ...fields }));
  }

  append(samples) { this.send("input_audio_buffer.append", { audio: toBase64(samples) }); }

  // Waits while the server takes less than is sent.
  async hasRoom() {
    while (!this.isClosed && this.socket.bufferedAmount > BACKLOG) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  close() {
    this.isClosed = true;
    this.socket.close(1000);
  }
}
