/** Nodes that own partitions, as real processes: frozen, killed, added and taken away. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Lease } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { OwnerNodes, staleCommits } from '../support/cluster/owner-nodes.ts';

const leaseTtlMs = 1500;

/** Partition and token: tokens alone may be the same for several partitions. */
const rightOf = ({ partition, token }: { readonly partition: unknown; readonly token: unknown }): string =>
  `${partition} ${token}`;
const rightsOf = (leases: Iterable<Lease>, nodeId: string): ReadonlySet<string> =>
  new Set([...leases].filter((lease) => lease.nodeId === nodeId).map(rightOf));

/** The outcome of the steps that a node tried under these leases after it was asked to stop. */
const lastSteps = (output: string, rights: ReadonlySet<string>): readonly string[] =>
  [...output.matchAll(/"word":"last step".*"partition":(\d+),"token":(\d+),"isCommitted":(\w+)/g)].flatMap(
    ([, partition, token, isCommitted = '']) =>
      rights.has(rightOf({ partition, token })) ? [isCommitted] : [],
  );

test.each([1.5, 3])(
  'a node that stood still for %d TTLs commits nothing for what others own by then',
  async (ttls) => {
    await using nodes = await OwnerNodes.start({ leaseTtlMs });
    const [zombie, successor] = [await nodes.add(), await nodes.add()];
    await nodes.ownedBy(zombie, successor);
    const old = rightsOf((await nodes.holders()).values(), zombie);
    const underOldLeases = async () =>
      (await nodes.commits()).filter((commit) => commit.nodeId === zombie && old.has(rightOf(commit)));
    await eventually(async () => expect(await underOldLeases()).not.toEqual([]));
    nodes.process(zombie).signal('SIGSTOP');
    await wait(ttls * leaseTtlMs);
    await nodes.ownedBy(successor);
    const before = await underOldLeases();
    nodes.process(zombie).signal('SIGCONT');
    await nodes.ownedBy(zombie, successor);
    const tried = new Set(before.map(({ partition }) => partition)).size;
    await eventually(
      () =>
        expect(lastSteps(nodes.process(zombie).output, old)).toEqual(
          Array.from({ length: tried }, () => '0'),
        ),
      { timeoutMs: 20_000 },
    );
    expect(await underOldLeases()).toEqual(before);
    expect(staleCommits(await nodes.commits())).toEqual([]);
  },
);

test('a node that stops for half a TTL keeps its partitions, and no commit has an older token', async () => {
  await using nodes = await OwnerNodes.start({ leaseTtlMs });
  const [first, second] = [await nodes.add(), await nodes.add()];
  await nodes.ownedBy(first, second);
  nodes.process(first).signal('SIGSTOP');
  await wait(leaseTtlMs / 2);
  nodes.process(first).signal('SIGCONT');
  await wait(leaseTtlMs);
  await nodes.ownedBy(first, second);
  expect(staleCommits(await nodes.commits())).toEqual([]);
});

test('the partitions of a killed node go to those that live, and only its own move', async () => {
  // No living node may be late with a renewal here, however busy the machine is.
  await using nodes = await OwnerNodes.start({ leaseTtlMs: 6000 });
  const [first, second, third] = [await nodes.add(), await nodes.add(), await nodes.add()];
  await nodes.ownedBy(first, second, third);
  const before = await nodes.holders();
  await nodes.end(second, 'SIGKILL');
  await nodes.ownedBy(first, third);
  for (const [partition, lease] of await nodes.holders()) {
    const old = before.get(partition);
    if (old?.nodeId === second) expect(lease.token).toBeGreaterThan(old.token);
    else expect(lease).toEqual(old);
  }
  expect(staleCommits(await nodes.commits())).toEqual([]);
});

test('a node that drains commits its last steps before the next owner of its works begins', async () => {
  await using nodes = await OwnerNodes.start({ leaseTtlMs: 6000 });
  const [first, second] = [await nodes.add(), await nodes.add()];
  await nodes.ownedBy(first, second);
  const leaving = nodes.process(first);
  const handed = rightsOf((await nodes.holders()).values(), first);
  await nodes.end(first, 'SIGTERM');
  expect(leaving.output).toMatch(/"word":"drained"/);
  expect(new Set(lastSteps(leaving.output, handed))).toEqual(new Set(['1']));
  await nodes.ownedBy(second);
  expect(staleCommits(await nodes.commits())).toEqual([]);
});

test('from one node to five to two there is one owner each at the end and never two at a time', async () => {
  await using nodes = await OwnerNodes.start({ leaseTtlMs });
  const ids = [await nodes.add()];
  for (let i = 0; i < 4; i += 1) ids.push(await nodes.add());
  await nodes.ownedBy(...ids);
  for (const [at, signal] of (['SIGKILL', 'SIGTERM', 'SIGKILL'] as const).entries()) {
    await wait(500);
    await nodes.end(ids[at] ?? '', signal);
  }
  await nodes.ownedBy(...ids.slice(3));
  const newcomer = await nodes.add();
  await nodes.ownedBy(...ids.slice(3), newcomer);
  const commits = await nodes.commits();
  expect(new Set(commits.map(({ nodeId }) => nodeId)).size).toBeGreaterThan(2);
  expect(staleCommits(commits)).toEqual([]);
});

test.each([true, false])(
  'after a restart of Redis (append-only: %s) all partitions are owned, under higher tokens',
  async (appendonly) => {
    await using nodes = await OwnerNodes.start({ leaseTtlMs, appendonly });
    const ids = [await nodes.add(), await nodes.add()];
    await nodes.ownedBy(...ids);
    const before = await nodes.holders();
    await nodes.server.kill();
    await wait(leaseTtlMs);
    await nodes.server.restart();
    await nodes.ownedBy(...ids);
    await eventually(
      async () => {
        for (const [partition, { token }] of await nodes.holders()) {
          expect(token).toBeGreaterThan(before.get(partition)?.token ?? 0);
        }
      },
      { timeoutMs: 20_000 },
    );
  },
);
