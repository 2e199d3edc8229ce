/** The main script of a load process: executes commands in order, and ends with its parent. */
import { Generator } from './generator.ts';
import { type Command, isCommand, type Reply } from './plan.ts';

const generator = new Generator();

async function obey(command: Command): Promise<Reply> {
  switch (command.type) {
    case 'connect':
      await generator.connect(command.plan);
      return { type: 'done' };
    case 'create':
      await generator.attach('creators');
      return { type: 'done' };
    case 'join':
      await generator.attach('others');
      return { type: 'done' };
    case 'start':
      generator.start(command.load);
      return { type: 'done' };
    case 'reset':
      generator.reset();
      return { type: 'done' };
    case 'sample':
      return { type: 'sample', sample: generator.sample() };
    case 'returns':
      return { type: 'returns', returns: generator.returns() };
    case 'latency':
      return { type: 'latency', deliveryLatency: generator.latency() };
    case 'leave':
      await generator.leave();
      return { type: 'done' };
    case 'stop':
      return { type: 'heads', heads: await generator.stop() };
    case 'settle':
      return { type: 'verdict', verdict: await generator.settle(command.heads) };
    default:
      return command satisfies never;
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message: unknown) => {
  if (!isCommand(message)) return;
  obey(message)
    .catch((error: unknown): Reply => ({ type: 'failed', error: String(error) }))
    .then((reply) => process.send?.(reply))
    .catch(() => process.exit(1));
});
