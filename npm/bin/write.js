// Writes files as the native program does: completely or not at all.

import {
  chmodSync, chownSync, closeSync, fsyncSync, fstatSync, ftruncateSync, mkdirSync, openSync, readlinkSync, realpathSync,
  renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

import { messageOf } from "./message.js";

/** Replaces the content of a file, or makes it and the directories that it is in. */
export function write(path, text) {
  try {
    const file = existing(path);
    if (file === undefined) {
      const target = targetOf(path);
      mkdirSync(dirname(target), { recursive: true });
      replace(target, text);
      return;
    }
    try {
      const before = fstatSync(file);
      if (before.isFile() && before.nlink === 1) {
        replace(realpathSync(path), text, before);
      } else {
        // A new file would lose the other names of this one, and a pipe cannot be replaced.
        writeFileSync(file, text);
        if (before.isFile()) ftruncateSync(file, Buffer.byteLength(text));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new Error(messageOf("write", path, error));
  }
}

/** Opens a file, because one that may not be written may not be replaced either. */
function existing(path) {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile();
  if (isFile === undefined) return undefined;
  return openSync(path, isFile ? "r+" : "w");
}

/** Returns the target of a link to a file that does not exist, or the path itself. */
function targetOf(path) {
  try {
    return targetOf(resolve(dirname(path), readlinkSync(path)));
  } catch {
    return path;
  }
}

function replace(path, text, before) {
  const temporary = join(dirname(path), `.policy-${process.pid}-0.tmp`);
  try {
    const file = openSync(temporary, "wx");
    try {
      // Permissions come first, because the content may be confidential.
      if (before !== undefined) {
        keepOwner(temporary, before);
        chmodSync(temporary, before.mode & 0o7777);
      }
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Only root can keep the owner of another user's file, and only root needs it. */
function keepOwner(path, { uid, gid }) {
  try {
    chownSync(path, uid, gid);
  } catch {
    // As good as it gets.
  }
}
