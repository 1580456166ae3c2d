import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { TemporalConfig } from './config.js';

/** Our payload converter, which workers and clients share; the compiled file where there is one. */
export const payloadConverterPath = fileURLToPath(
  new URL(`../workflows/payload-converter${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);

/** What says who spoke to Temporal, without the name of a machine or a user. */
export function identityOf(role: string): string {
  return `baton-${role}-${randomUUID().slice(0, 8)}`;
}

/** Connection options for client and worker alike. */
export function connectionOptions({ address, apiKey, tls }: TemporalConfig) {
  const pair =
    tls?.clientCertificate && tls.clientKey
      ? { crt: Buffer.from(tls.clientCertificate), key: Buffer.from(tls.clientKey) }
      : undefined;
  return {
    address,
    ...(apiKey !== null && { apiKey }),
    ...(tls !== null && {
      tls: {
        ...(tls.serverName !== null && { serverNameOverride: tls.serverName }),
        ...(tls.serverCa !== null && { serverRootCACertificate: Buffer.from(tls.serverCa) }),
        ...(pair && { clientCertPair: pair }),
      },
    }),
  };
}

/** A lazy client: webhooks are taken and kept as rows also while Temporal is away. */
export function openTemporal(config: TemporalConfig, role: string): { readonly connection: Connection; readonly client: Client } {
  const connection = Connection.lazy(connectionOptions(config));
  const client = new Client({
    connection,
    namespace: config.namespace,
    identity: identityOf(role),
    dataConverter: { payloadConverterPath },
  });
  return { connection, client };
}
