import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { choosePort, freePort } from '../../src/embedded/ports.js';

test('a busy port is named together with the variable that moves it', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await expect(choosePort({ port, variable: 'POSTGRES_PORT' })).rejects.toThrow(
    `Port ${port} is in use; set POSTGRES_PORT to another, or 0 for any free port`,
  );
  await new Promise((resolve) => server.close(resolve));
  expect(await choosePort({ port, variable: 'POSTGRES_PORT' })).toBe(port);
});

test('free ports asked for at once differ', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ports).size).toBe(20);
});
