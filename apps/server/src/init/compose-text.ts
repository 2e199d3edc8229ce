/** The text of a new compose file: one node with its Redis. */

/** @param configFile name of the configuration file beside it */
export const composeText = (configFile: string): string => `# Plenum and its Redis: docker compose up -d
# Compose reads the secrets from .env. A change of the settings takes effect by: docker compose restart plenum
services:
  plenum:
    image: node:24-bookworm-slim
    working_dir: /app
    # A larger young generation: a busy node then spends less time on collecting garbage.
    command: [node, --max-semi-space-size=64, node_modules/plenum/bin/plenum.js, serve]
    environment:
      NODE_ENV: production
      HOST: 0.0.0.0
      PORT: 3000
      REDIS_URL: redis://:\${REDIS_PASSWORD:?run npx plenum init, which makes one}@redis:6379
      PLENUM_JWT_SECRET: \${PLENUM_JWT_SECRET:?run npx plenum init, which makes one}
      PLENUM_ADMIN_TOKEN: \${PLENUM_ADMIN_TOKEN:?run npx plenum init, which makes one}
    volumes:
      - ./package.json:/app/package.json:ro
      - ./node_modules:/app/node_modules:ro
      - ./${configFile}:/app/${configFile}:ro
    ports:
      # From this machine only, for a proxy with TLS before it; '3000:3000' is for all.
      - '127.0.0.1:3000:3000'
    depends_on:
      redis:
        condition: service_healthy
    healthcheck:
      test: [CMD, node, -e, "fetch('http://127.0.0.1:3000/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
      interval: 10s
      timeout: 3s
      start_period: 15s
    user: node
    init: true
    read_only: true
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:true']
    # A node drains before it ends.
    stop_grace_period: 40s
    restart: unless-stopped

  redis:
    image: redis:7.2-alpine
    # Redis must not evict: a group would lose messages without a word.
    command: [redis-server, --appendonly, 'yes', --maxmemory-policy, noeviction, --requirepass, '\${REDIS_PASSWORD}']
    environment:
      REDISCLI_AUTH: \${REDIS_PASSWORD}
    volumes:
      - redis-data:/data
    healthcheck:
      test: [CMD, redis-cli, ping]
      interval: 2s
      timeout: 2s
      retries: 30
    restart: unless-stopped

volumes:
  redis-data:
`;
