import { open, stat } from 'node:fs/promises';
import { mostBytes, TieFileError, tooLarge } from './csv.js';

/** The bytes of a file that may be read: one that is there, is a plain file and not over the limit, judged before anything is read. Throws TieFileError. */
export async function openTieFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  const found = await present(path, stat(path));
  // Looked at before it is opened: a device or a pipe has no size to judge, may never end, and opening one may wait for ever.
  if (!found.isFile()) throw new TieFileError('file-missing', `${path} is not a file.`);
  if (found.size > mostBytes) throw tooLarge(found.size);
  const handle = await present(path, open(path));
  return handle.createReadStream();
}

async function present<Value>(path: string, asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new TieFileError('file-missing', `The file ${path} cannot be read (${String(error.code)}).`);
  }
}
