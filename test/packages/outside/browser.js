import { createClient } from '@plenum/client';

window.client = createClient({ url: location.origin, token: 'a token' });
