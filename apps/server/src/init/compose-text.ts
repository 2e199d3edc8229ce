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
      # Admin tokens, the console and /metrics.
      PLENUM_ADMIN_PORT: 3001
      REDIS_URL: redis://plenum:\${REDIS_PASSWORD:?run npx plenum init, which makes one}@redis:6379
      PLENUM_JWT_SECRET: \${PLENUM_JWT_SECRET:?run npx plenum init, which makes one}
      PLENUM_ADMIN_TOKEN: \${PLENUM_ADMIN_TOKEN:?run npx plenum init, which makes one}
    volumes:
      - ./package.json:/app/package.json:ro
      - ./node_modules:/app/node_modules:ro
      - ./${configFile}:/app/${configFile}:ro
    ports:
      # From this machine only, for a proxy with TLS before it; '3000:3000' is for all.
      - '127.0.0.1:3000:3000'
      - '127.0.0.1:3001:3001'
    depends_on:
      redis:
        condition: service_healthy
    healthcheck:
      test: [CMD, node, -e, "fetch('http://127.0.0.1:3000/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
      interval: 10s
      timeout: 3s
      start_period: 15s
    user: '1000:1000'
    init: true
    read_only: true
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:true']
    mem_limit: 1g
    pids_limit: 128
    ulimits:
      # A socket each.
      nofile: 65536
    # A node drains before it ends.
    stop_grace_period: 40s
    restart: unless-stopped

  redis:
    image: redis:7.2-alpine
    # \`redis\` of the image.
    user: '999:1000'
    # The user \`plenum\` has the rights that a node uses and no others, and the password.
    # Redis must not evict: a group would lose messages without a word.
    command: [sh, /etc/plenum/redis-with-users.sh, /etc/plenum/redis.acl, /tmp, redis-server, --appendonly, 'yes', --maxmemory-policy, noeviction, --maxmemory, 768mb, --protected-mode, 'no', --dir, /data]
    environment:
      REDIS_PASSWORD: \${REDIS_PASSWORD}
    volumes:
      - ./node_modules/plenum/deploy/redis-with-users.sh:/etc/plenum/redis-with-users.sh:ro
      - ./node_modules/plenum/deploy/redis.acl:/etc/plenum/redis.acl:ro
      - redis-data:/data
    tmpfs: /tmp
    healthcheck:
      test: [CMD, redis-cli, ping]
      interval: 2s
      timeout: 2s
      retries: 30
    read_only: true
    cap_drop: [ALL]
    security_opt: ['no-new-privileges:true']
    # Twice the data: a rewrite of the AOF copies what changes meanwhile.
    mem_limit: 1536m
    pids_limit: 64
    ulimits:
      nofile: 16384
    restart: unless-stopped

volumes:
  redis-data:
`;
