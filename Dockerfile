# Baton for production: `node dist/src/server.js` or `node dist/src/worker.js`, chosen by the command (docker-compose.yml).
# Held against package.json by test/docker.test.ts; where no container engine is (as where it was written) it has not been run.

# A glibc image: Temporal's native bridge has no musl build.
FROM node:22.21.1-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node scripts/run.mjs build

FROM node:22.21.1-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:22.21.1-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json package-lock.json ./
COPY prisma/migrations prisma/migrations
USER node
EXPOSE 7400 7405 7406
CMD ["node", "dist/src/server.js"]
