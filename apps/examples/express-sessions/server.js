/** An Express application whose users are signed in by a session cookie, and Plenum on the same server and cookie. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import session from 'express-session';
import { createPlenum } from 'plenum';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;
const { SESSION_SECRET = randomBytes(32).toString('base64') } = process.env;

// In production give `store` a store that all processes share, and `cookie: { secure: true }`.
const sessions = session({
  secret: SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax', maxAge: 3_600_000 },
});

const app = express();
app.use(sessions, express.json());

/** Fills `request.session`, also for a request that did not pass Express. */
const loadSession = (request) =>
  new Promise((resolve, reject) => {
    sessions(request, {}, (error) => (error ? reject(error) : resolve(request.session)));
  });

const server = createServer(app);
const plenum = await createPlenum({
  redisUrl: REDIS_URL,
  gateway: { server },
  authenticate: async ({ request }) => {
    const { userId, cookie } = await loadSession(request);
    return userId === undefined ? null : { userId, expiresAtMs: cookie.expires?.getTime() };
  },
});

// Check a password here.
app.post('/login', (request, response) => {
  request.session.regenerate(() => {
    request.session.userId = request.body.user;
    request.session.save(() => response.sendStatus(204));
  });
});

app.post('/logout', (request, response) => {
  const { userId } = request.session;
  request.session.destroy(async () => {
    // The sockets of this user end; those of its other sessions come back by themselves.
    if (userId !== undefined) await plenum.users.disconnect({ userId });
    response.clearCookie('connect.sid').sendStatus(204);
  });
});

app.get('/me', (request, response) => response.json({ user: request.session.userId ?? null }));
app.get('/healthz', (_request, response) => response.send('the application is well'));

server.listen(Number(PORT), () => console.log(`listening on http://localhost:${server.address().port}`));

const stop = async () => {
  await plenum.close();
  server.close();
  server.closeIdleConnections();
};
process.once('SIGINT', stop).once('SIGTERM', stop);
