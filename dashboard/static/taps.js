// Answers that were tapped without a line: kept by this browser alone, each under the link it is for, until linli has it.
// One link has one answer, the last; sent twice it is the same answer.

const KEPT = "linli-taps";
const CALLS = "linli-calls";
const MEANT_FOR = 10 * 60 * 1000;
const LONGEST = 20000;

const shelf = (name) => caches.open(name);
const read = async (found) => (found ? found.json() : null);

export async function keep(path, body) {
  const tap = { path, body, at: Date.now() };
  if (globalThis.caches) await (await shelf(KEPT)).put(path, new Response(JSON.stringify(tap)));
  return tap;
}

export async function kept(path) {
  return globalThis.caches ? read(await (await shelf(KEPT)).match(path)) : null;
}

export async function forget(tap) {
  const last = await kept(tap.path);
  if (last && last.at === tap.at) await (await shelf(KEPT)).delete(tap.path);
}

export async function allKept() {
  if (!globalThis.caches) return [];
  const taps = await shelf(KEPT);
  return Promise.all((await taps.keys()).map(async (key) => read(await taps.match(key))));
}

// Whoever tapped "I go" an hour ago has gone, or goes no more: nobody must wait at a door for them.
export function isStillMeant(tap) {
  return Date.now() - tap.at < MEANT_FOR;
}

// Resolves with linli's answer, whatever it is; rejects while nobody has answered, or linli could not write it down.
export async function send(tap, stop = new AbortController()) {
  const late = setTimeout(() => stop.abort(), LONGEST);
  const answer = await fetch(tap.path, {
    method: "POST",
    body: new URLSearchParams(tap.body),
    headers: { accept: "text/html" },
    signal: stop.signal,
  }).finally(() => clearTimeout(late));
  if (answer.status >= 502) throw new Error(`HTTP ${answer.status}`);
  await forget(tap);
  return answer;
}

// What a push has said of a link, without a name: all that can be shown of it while there is no line.
export async function noteCall(path, call) {
  await (await shelf(CALLS)).put(path, new Response(JSON.stringify(call)));
}

export async function callOf(path) {
  return globalThis.caches ? read(await (await shelf(CALLS)).match(path)) : null;
}

export async function dropCalls(tag) {
  const calls = await shelf(CALLS);
  for (const key of await calls.keys()) {
    if ((await read(await calls.match(key))).tag === tag) await calls.delete(key);
  }
}
