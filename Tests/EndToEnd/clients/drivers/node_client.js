// Drives the WebSocket that Node has built in, as a browser would: the key goes in a subprotocol.
// Commands and reports are those of commands.py.
"use strict";

const sessions = new Map();

class Session {
  constructor(number) {
    this.report = (line) => console.log(JSON.stringify({ number, ...line }));
  }

  connect({ url, key, shape, query }) {
    const protocols = ["realtime"];
    if (key) protocols.push(`openai-insecure-api-key.${key}`);
    if (shape === "beta") protocols.push("openai-beta.realtime-v1");
    const address = `ws${url.slice(4)}/v1/realtime?${new URLSearchParams(query)}`;
    this.socket = new WebSocket(address, protocols);
    this.opened = new Promise((resolve) => (this.socket.onopen = resolve));
    this.opened.then(() => this.report({ opened: true, protocol: this.socket.protocol }));
    this.socket.onmessage = ({ data }) => this.report({ event: JSON.parse(data) });
    this.socket.onerror = ({ message }) => this.report({ failed: "error", message });
    this.socket.onclose = ({ code }) => this.report({ closed: code });
  }

  async send({ type, fields }) {
    await this.opened;
    this.socket.send(JSON.stringify({ type, ...fields }));
  }

  close() {
    this.socket.close(1000);
  }

  async secret({ url, key, session }) {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ session });
    const answer = await fetch(`${url}/v1/realtime/client_secrets`, { method: "POST", headers, body });
    const { value, expires_at } = await answer.json();
    this.report({ secret: value, expires_at });
  }
}

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { number, do: method, ...fields } = JSON.parse(line);
    if (!sessions.has(number)) sessions.set(number, new Session(number));
    sessions.get(number)[method](fields);
  })
  .on("close", () => process.exit());
