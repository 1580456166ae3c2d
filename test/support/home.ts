import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new BATON_HOME; others may enter it, since under root the database runs as user `postgres`. */
export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'baton-test-'));
  await chmod(home, 0o711);
  return home;
}
