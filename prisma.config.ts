import { defineConfig } from 'prisma/config';

/** For people who have the internet and want `prisma studio` or `prisma migrate`; Baton itself never reads this file. */
export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
