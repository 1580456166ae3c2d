/** Sizes and times of a batching writer. */
export interface BatchLimits {
  /** Most items in one write. */
  readonly size: number;
  /** Most writes at the same time. */
  readonly writers: number;
  /** Most items that wait for a writer; more are refused at once. */
  readonly queue: number;
  readonly timeoutMs: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Why an item was not written although the write itself did not fail. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
}

/**
 * Lets callers that come at the same time share one write; each is answered after its own item is written.
 * A lone caller is written at once; while all writers are busy the others gather, so a batch grows exactly with the load.
 */
export function batched<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  { size, writers, queue, timeoutMs }: BatchLimits,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let writing = 0;

  async function writeNext(): Promise<void> {
    const batch = waiting.splice(0, size);
    writing += 1;
    try {
      const results = await withTimeout(write(batch.map(({ item }) => item)), timeoutMs);
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new BatchError('the write gave no result'));
        else resolve(result);
      });
    } catch (error) {
      // After a silence nobody else shall wait as long again.
      const failed = error instanceof BatchError ? [...batch, ...waiting.splice(0)] : batch;
      for (const { reject } of failed) reject(error);
    } finally {
      writing -= 1;
      pump();
    }
  }

  function pump(): void {
    while (waiting.length > 0 && writing < writers) void writeNext();
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= queue) return reject(new BatchError('too many wait for the database'));
      waiting.push({ item, resolve, reject });
      // What arrives in the same turn of the event loop goes together.
      if (waiting.length === 1 && writing < writers) setImmediate(pump);
    });
}

function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new BatchError(`no answer within ${timeoutMs} ms`)), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
