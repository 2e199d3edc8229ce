/** The requests with which the measurements fill a deployment, by REST of a node. */
export interface Admin {
  /** @throws Error with the answer, unless it is a success */
  post(path: string, body: object): Promise<void>;
}

const againAfterMs = 20;
const attemptsMax = 200;

export const adminOf = (url: string, token: string): Admin => ({
  async post(path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(new URL(path, url), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await answer.text();
      if (answer.ok) return;
      // Too much at a time: the node says so and has done nothing.
      const isBusy = answer.status === 429 || answer.status === 503;
      if (!isBusy || attempt === attemptsMax) throw new Error(`POST ${path}: ${answer.status} ${text}`);
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  },
});

/** Calls `act` for 0 … count − 1, some at a time. */
export async function each(count: number, act: (i: number) => Promise<void>, lanes = 8): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      await act(i);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
}
