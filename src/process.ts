const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof exitCodes;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Everything has ended 15 seconds after a signal, whatever hangs. */
const patienceMs = 14_000;

/** A running server or worker: where it is, where its metrics are, how it is stopped. */
export interface Running {
  readonly url: string;
  readonly metrics: string;
  readonly stop: () => Promise<void>;
}

/**
 * Runs an entry until a signal comes, stops it and exits with the signal's code; a second signal changes nothing, since npm's shell passes one
 * on twice. What cannot start says why on stderr and exits with 1, wrong usage or configuration (`Wrong`) with 2.
 */
export async function runUntilSignal(
  start: () => Promise<Pick<Running, 'stop'>>,
  Wrong: new (...args: never[]) => Error,
): Promise<void> {
  silenceDeprecations();
  const stopped = firstSignal();
  try {
    const running = await start();
    const signal = await stopped;
    setTimeout(() => process.exit(exitCodes[signal]), patienceMs).unref();
    await running.stop();
    process.exit(exitCodes[signal]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof Wrong ? 2 : 1);
  }
}

/** Prisma's adapter queues queries on a transaction's one connection, which pg 8 allows and announces to forbid in 9: nothing for a user to act on. */
export function silenceDeprecations(): void {
  process.noDeprecation = true;
}

/** The first signal that asks this process to end. */
export function firstSignal(): Promise<Signal> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, resolve);
  });
}

/** The exit code of a signal, as shells have it. */
export function exitCodeOf(signal: Signal): number {
  return exitCodes[signal];
}

/** Says which variable moves a server away from a port that is taken. */
export async function listening<Server>(
  variable: string,
  port: number,
  listen: (port: number) => Promise<Server>,
): Promise<Server> {
  try {
    return await listen(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`Port ${port} is in use; set ${variable} to another, or to 0 for any free port`, { cause: error });
  }
}
