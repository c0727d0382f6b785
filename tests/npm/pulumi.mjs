// Runs a program with Pulumi's mocks in place of Tailscale, and prints what it makes, by type and name. The exit status
// is 1 if the program fails.
import * as pulumi from "@pulumi/pulumi";

const made = {};
await pulumi.runtime.setMocks(
  {
    newResource({ type, name, inputs }) {
      made[type] = { ...made[type], [name]: inputs };
      return { id: `id of ${name}`, state: inputs };
    },
    call: ({ token }) => {
      throw new Error(`nothing should call ${token}`);
    },
  },
  "tailnet",
  "test",
);
try {
  await import("./index.js");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// Waits until every resource is registered.
await pulumi.runtime.disconnect();
console.log(JSON.stringify(made));
