/** Describes a failure of the system in the words of the native program. */
export function messageOf(verb, path, { code, message }) {
  switch (code) {
    case "ENOENT":
      return verb === "read" ? `there is no file \`${path}\`` : `cannot write \`${path}\`: there is no such directory`;
    case "EISDIR":
      return `\`${path}\` is a directory, not a file`;
    case "EACCES":
    case "EPERM":
      return `no permission to ${verb} \`${path}\``;
    default:
      return `cannot ${verb} \`${path}\`: ${message}`;
  }
}
