import { expect, test } from 'vitest';
import { createSigner } from './signature.ts';

test('the signature is the one of the example in the specification', () => {
  const sign = createSigner(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
  const content = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSec: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  expect(sign(content)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('every secret gives a signature of its own, in their order', () => {
  const secrets = [1, 2].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`);
  const content = { id: 'a', timestampSec: 1, body: '{}' };
  const alone = secrets.map((secret) => createSigner([secret])(content));
  expect(createSigner(secrets)(content)).toBe(alone.join(' '));
});
