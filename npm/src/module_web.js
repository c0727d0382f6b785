// Loads the WebAssembly module in browsers. Bundlers that understand `new URL(…, import.meta.url)`
// copy the file.

/** Returns the response to the request for the module of this package. */
export async function packagedModule() {
  const response = await fetch(new URL("../engine/policy_wasm_bg.wasm", import.meta.url));
  if (!response.ok) {
    throw new Error(`cannot load ${response.url}: the server answers ${response.status}`);
  }
  return response;
}
