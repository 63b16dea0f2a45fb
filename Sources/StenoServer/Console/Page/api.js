// What the page asks of the server over HTTP.

import { headers, isSecret } from "./access.js";
import { Problem } from "./problems.js";

const address = (path) => new URL(path, document.baseURI);

// The JSON at a path, or null where there is none or it may not be read.
async function read(path, method = "GET") {
  try {
    const answer = await fetch(address(path), { method, headers: headers() });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return { status: 0, body: null };
  }
}

// All elements of a list that the server gives in pages. Of a list without end the first thousand do.
async function readList(path) {
  const elements = [];
  let next = "";
  for (;;) {
    const { status, body } = await read(`${path}?limit=100${next}`);
    if (status !== 200 || !Array.isArray(body?.data)) return { status, elements: [] };
    elements.push(...body.data);
    if (!body.has_more || elements.length >= 1_000) return { status, elements };
    next = `&after=${encodeURIComponent(body.last_id)}`;
  }
}

// { needsKey, voices }: the names of the voices; null where they cannot be known, as with a client secret.
export async function voices() {
  const { status, body } = await read("v1/audio/voices");
  return { needsKey: status === 401 && !isSecret(), voices: Array.isArray(body?.voices) ? body.voices : null };
}

// { status, elements }: the characters that can be talked with.
export const characters = () => readList("v1/characters");

// What remembers the conversations with a character.
export async function instances(character) {
  return (await readList(`v1/characters/${encodeURIComponent(character)}/instances`)).elements;
}

const instance = (id) => `v1/instances/${encodeURIComponent(id)}`;

// { messages, hasMore }: what was said with an instance before one of its messages or lately, the latest last.
export async function messages(id, before = "") {
  const place = before === "" ? "" : `&after=${encodeURIComponent(before)}`;
  const { body } = await read(`${instance(id)}/messages?order=desc&limit=30${place}`);
  const found = Array.isArray(body?.data) ? body.data.reverse() : [];
  return { messages: found, hasMore: body?.has_more === true };
}

// Deletes everything that an instance remembers. Fails with a Problem.
export async function forget(id) {
  for (const part of ["messages", "memory"]) {
    const { status, body } = await read(`${instance(id)}/${part}`, "DELETE");
    // Somebody else may have deleted the instance, and with it all that was to be forgotten.
    if (status !== 200 && status !== 404) {
      throw new Problem(`Not everything was forgotten: ${body?.error?.message ?? "the server cannot be reached"}`, "forget");
    }
  }
}

// Why a WebSocket was refused: a browser does not tell a page, but the same path says it without an upgrade.
export async function refusal() {
  const { status, body } = await read("v1/realtime");
  return { status, message: body?.error?.message };
}

export function socketAddress(query) {
  const url = address("v1/realtime");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(query);
  return url;
}
