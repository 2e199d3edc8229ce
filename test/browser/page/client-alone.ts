export { createClient } from '@plenum/client';
