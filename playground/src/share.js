// Links that have a policy in their fragment, which browsers do not send to servers.

const PREFIX = "#policy=";

async function through(stream, bytes) {
  const transformed = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(transformed).arrayBuffer());
}

function toText(bytes) {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Returns the bytes of a text in base64, in the form for addresses or the usual one. */
export function toBytes(text) {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Returns the fragment of the link to a policy. */
export async function writeLink(text) {
  return PREFIX + toText(await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text)));
}

/** Returns the policy of a fragment. `undefined` if it has none. Fails if the link is damaged. */
export async function readLink(fragment) {
  if (!fragment.startsWith(PREFIX)) return undefined;
  const bytes = await through(new DecompressionStream("deflate-raw"), toBytes(fragment.slice(PREFIX.length)));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
