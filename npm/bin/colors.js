// Which streams have colours: the rules of the native program.

/** Returns whether stdout and stderr have colours. */
export function colors() {
  return { stdout: hasColors(process.stdout), stderr: hasColors(process.stderr) };
}

function hasColors(stream) {
  const { NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM, CI } = process.env;
  if (NO_COLOR) return false;
  if (CLICOLOR_FORCE) return true;
  if (CLICOLOR === "0" || !stream.isTTY) return false;
  const isKnown = TERM === undefined ? process.platform === "win32" : TERM !== "dumb";
  return isKnown || CLICOLOR !== undefined || CI !== undefined;
}
