import { createServer } from 'node:net';

/** A port that someone else holds; the message names the port and the variable that moves it. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';
}

/** Handed out in this process: the kernel may offer a port again between our closing it and the child's opening it. */
const handedOut = new Set<number>();

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : port));
    });
  });
}

/** A free TCP port on loopback, never the same twice in one process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (!handedOut.has(port)) {
      handedOut.add(port);
      return port;
    }
  }
}

/** What to tell a user whose port is taken. */
export function busyPortMessage({ port, variable }: { port: number; variable: string }): string {
  return `Port ${port} is in use; set ${variable} to another, or 0 for any free port`;
}

/** The port itself when it is free, any free one for 0; throws `PortBusyError` otherwise. */
export async function choosePort({ port, variable }: { port: number; variable: string }): Promise<number> {
  if (port === 0) return freePort();
  try {
    return await listenOnce(port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new PortBusyError(busyPortMessage({ port, variable }), { cause: error });
    if (code === 'EACCES')
      throw new Error(`Port ${port} needs more rights than this user has; set ${variable}`, { cause: error });
    throw error;
  }
}
