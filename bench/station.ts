import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of its own that does one kind of work again and again: a job is a line of JSON to it, the answer a line of JSON back. */
export interface Station {
  readonly run: (job: object) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** Starts a station from a file of this folder; it ends when its input ends, so also when this process dies. */
export function openStation(file: string): Station {
  const child = spawn(process.execPath, ['--import', 'tsx', new URL(file, import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    async run(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`${file} ended before it answered; its last words are above`);
        if (value.startsWith('{')) return toAnswer(value);
        // Temporal's core warns on stdout, which is for answers here.
        process.stderr.write(`${value}\n`);
      }
    },
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

function toAnswer(line: string): unknown {
  return JSON.parse(line);
}

/** The other end: works one job after the other and ends with its input. */
export async function serveStation(work: (job: unknown) => Promise<object>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await work(JSON.parse(line)))}\n`);
  }
  process.exit(0);
}
