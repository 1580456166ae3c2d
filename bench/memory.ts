import { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** Memory of this process in MiB after a full collection in all its isolates: the workflows live in a thread with a heap of its own. */
export interface Memory {
  readonly rss: number;
  /** Heap in use by JavaScript: of the main thread, and of all other threads together. */
  readonly heapUsed: number;
  readonly threadsHeapUsed: number;
}

const reply = z.object({ id: z.number().optional(), result: z.object({ usedSize: z.number().optional() }).optional() });
const mib = 1_048_576;

/** Collects three times, since what a collection frees is often given back to the system by the next one. */
export async function settledMemory(): Promise<Memory> {
  const session = new Session();
  session.connect();
  const threads = new Set<string>();
  const waiting = new Map<number, (usedBytes: number) => void>();
  session.on('NodeWorker.attachedToWorker', ({ params }) => void threads.add(params.sessionId));
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const { id = 0, result } = reply.parse(JSON.parse(params.message));
    waiting.get(id)?.(result?.usedSize ?? 0);
  });
  let sent = 0;
  const ask = async (sessionId: string, method: string): Promise<number> => {
    sent += 1;
    const id = sent;
    const answer = new Promise<number>((resolve) => waiting.set(id, resolve));
    await session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  };
  try {
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    for (let times = 0; times < 3; times += 1) {
      await session.post('HeapProfiler.collectGarbage');
      for (const thread of threads) await ask(thread, 'HeapProfiler.collectGarbage');
      await sleep(500);
    }
    const heaps = await Promise.all([...threads].map((thread) => ask(thread, 'Runtime.getHeapUsage')));
    const { rss, heapUsed } = process.memoryUsage();
    const threadsHeapUsed = heaps.reduce((sum, bytes) => sum + bytes, 0);
    return { rss: rss / mib, heapUsed: heapUsed / mib, threadsHeapUsed: threadsHeapUsed / mib };
  } finally {
    session.disconnect();
  }
}
