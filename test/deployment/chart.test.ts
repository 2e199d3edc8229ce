/** The chart, rendered by helm: what it sets, what it refuses, and that Kubernetes takes every field. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { environmentSchema, secretNames } from '../../apps/server/src/config/environment.ts';
import { hardExitMsOf } from '../../apps/server/src/drain-times.ts';
import { obtain } from '../debian-package.js';
import { setByChart } from '../reference/chart-schema.ts';
import { root } from '../source-tree.ts';
import { startOciRegistry } from './oci-registry.ts';
import { chart, helmText, kubernetesVersions, type Resource, render, resourcesIn } from './rendered.ts';
import { obtainKubernetesSchemas, reader } from './tools.js';

const run = promisify(execFile);
const everything = join(root, 'test/deployment/everything.yaml');
const ofOperator = 'monitoring.coreos.com/v1';

let folder = '';
let python = '';
let usual: readonly Resource[] = [];
let full: readonly Resource[] = [];

beforeAll(async () => {
  python = await obtainKubernetesSchemas();
  folder = await mkdtemp(join(tmpdir(), 'chart-'));
  usual = resourcesIn(await render('--set', 'secret.existingSecret=ours'));
  full = resourcesIn(await render('--values', everything));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const find = (resources: readonly Resource[], kind: string, name?: string): Resource => {
  const found = resources.filter(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} of ${kind} ${name ?? ''}`);
  return found[0];
};
const podOf = (resources: readonly Resource[]) => find(resources, 'Deployment')['spec'].template.spec;
const nodeOf = (resources: readonly Resource[]) => podOf(resources).containers[0];
type Variable = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: Record<string, unknown>;
};
const variablesOf = (resources: readonly Resource[]): readonly Variable[] => nodeOf(resources).env;
const keysOf = (resources: readonly Resource[]) => resources.map(({ kind }) => kind).sort();

describe('what Kubernetes and Prometheus Operator take', () => {
  test.each(kubernetesVersions)(
    'every field is one of Kubernetes %s, and none is left out',
    async (version) => {
      const file = join(folder, `${version}.yaml`);
      const own = [...usual, ...full].filter(({ apiVersion }) => apiVersion !== ofOperator);
      await writeFile(file, own.map((resource) => stringify(resource)).join('---\n'));
      const validate = ['-m', 'kubernetes_validate', '--strict', '-k', version, file];
      const { stdout } = await run(python, validate);
      expect(stdout.match(/ passed /g)?.length, stdout).toBe(own.length);
      await writeFile(file, stringify({ ...find(full, 'Deployment'), spec: { replicaz: 3 } }));
      await expect(run(python, validate)).rejects.toMatchObject({
        stdout: expect.stringMatching(/replicaz|selector/),
      });
    },
  );

  test('the ServiceMonitor and the rules have fields of Prometheus Operator only', async () => {
    for (const kind of ['ServiceMonitor', 'PrometheusRule']) {
      const file = join(folder, `${kind}.yaml`);
      const resource = find(full, kind);
      await writeFile(file, stringify(resource));
      await run(reader, ['operator', file]);
      await writeFile(file, stringify({ ...resource, spec: { ...resource['spec'], endpointz: [] } }));
      await expect(run(reader, ['operator', file])).rejects.toThrow('endpointz');
    }
  });

  test('helm lint finds nothing, and the values are those of the schema', async () => {
    const said = await helmText('lint', chart, '--strict', '--values', everything);
    expect(said).toContain('0 chart(s) failed');
    expect(said).not.toMatch(/\[(?:WARNING|ERROR)\]/);
  });
});

describe('a node', () => {
  test('has settings that the server knows only, each once, and those it needs', () => {
    for (const resources of [usual, full]) {
      const names = variablesOf(resources).map(({ name }) => name);
      const known = [...Object.keys(environmentSchema.shape), 'NODE_EXTRA_CA_CERTS'];
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
      expect(names).toEqual(expect.arrayContaining([...setByChart, 'REDIS_URL']));
    }
  });

  test('has the secrets from the Secret, and from nowhere else', () => {
    const secrets = variablesOf(usual).filter(({ name }) => secretNames.includes(name));
    expect(secrets.map(({ name }) => name).sort()).toEqual([...secretNames].sort());
    for (const { name, value, valueFrom } of secrets) {
      expect(value).toBeUndefined();
      expect(valueFrom).toMatchObject({ secretKeyRef: { name: 'ours', key: name } });
    }
    expect(keysOf(usual)).not.toContain('Secret');
    const optional = secrets.filter(
      ({ valueFrom }) => !JSON.stringify(valueFrom).includes('"optional":true'),
    );
    expect(optional.map(({ name }) => name).sort()).toEqual(['PLENUM_ADMIN_TOKEN', 'REDIS_URL']);
  });

  test('has each setting as its text: a large number is no power of ten', () => {
    const values = Object.fromEntries(variablesOf(full).map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      PLENUM_MAX_UNREAD_BYTES: '134217728',
      PLENUM_PREFIX: 'chat',
      PLENUM_ADMIN_PORT: '3001',
    });
  });

  test('is stopped by a pause, then SIGTERM, and may take longer than its drain', () => {
    const { lifecycle } = nodeOf(usual);
    const [command, seconds] = lifecycle.preStop.exec.command;
    expect(command).toBe('sleep');
    const needed = Number(seconds) + hardExitMsOf({ isDev: false }) / 1000;
    expect(podOf(usual).terminationGracePeriodSeconds).toBeGreaterThan(needed);
  });

  test('is ready by /readyz and alive by /healthz, on the port for clients', () => {
    const { readinessProbe, livenessProbe, startupProbe } = nodeOf(usual);
    const ports = Object.fromEntries(
      nodeOf(usual).ports.map((port: { name: string; containerPort: number }) => [
        port.name,
        port.containerPort,
      ]),
    );
    expect(ports).toEqual({ clients: 3000, admin: 3001 });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'clients' });
    for (const probe of [livenessProbe, startupProbe])
      expect(probe.httpGet).toEqual({ path: '/healthz', port: 'clients' });
  });

  test('and the test pod are no root, write no file and get no token of the cluster', () => {
    for (const pod of [podOf(usual), find(usual, 'Pod')['spec']]) {
      expect(pod.securityContext).toMatchObject({
        ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 },
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(pod.containers[0].resources.limits.memory).toBeDefined();
    }
  });

  test('is spread over zones and hosts, one may be away, and none is taken before its successor', () => {
    const constraints = (resources: readonly Resource[]) =>
      Object.fromEntries(
        podOf(resources).topologySpreadConstraints.map(
          ({ topologyKey, whenUnsatisfiable }: Record<string, string>) => [topologyKey, whenUnsatisfiable],
        ),
      );
    expect(constraints(full)).toEqual({
      'kubernetes.io/hostname': 'ScheduleAnyway',
      'topology.kubernetes.io/zone': 'DoNotSchedule',
    });
    expect(find(usual, 'PodDisruptionBudget')['spec'].maxUnavailable).toBe(1);
    expect(find(usual, 'Deployment')['spec'].strategy.rollingUpdate).toEqual({
      maxSurge: 1,
      maxUnavailable: 0,
    });
  });
});

describe('around the nodes', () => {
  test('every selector finds the nodes, and no other pod of the release', () => {
    for (const resources of [usual, full]) {
      const pod = find(resources, 'Deployment')['spec'].template.metadata.labels;
      const other = find(resources, 'Pod').metadata.labels;
      const selectors = resources.flatMap(({ kind, spec }) => {
        if (kind === 'Service') return [spec.selector];
        if (kind === 'NetworkPolicy') return [spec.podSelector.matchLabels];
        return ['Deployment', 'PodDisruptionBudget'].includes(kind) ? [spec.selector.matchLabels] : [];
      });
      expect(selectors.length).toBe(5);
      for (const selector of selectors) {
        expect(pod).toMatchObject(selector);
        expect(other).not.toMatchObject(selector);
      }
    }
  });

  test('the admin port has a Service of its own, which no ingress leads to', () => {
    expect(find(full, 'Service', 'chat-admin')['spec']).toMatchObject({
      type: 'ClusterIP',
      ports: [{ port: 3001, targetPort: 'admin' }],
    });
    expect(find(full, 'Service', 'chat')['spec'].ports).toEqual([
      { name: 'clients', port: 80, targetPort: 'clients', appProtocol: 'http' },
    ]);
    expect(JSON.stringify(find(full, 'Ingress'))).not.toContain('admin');
  });

  test('the network lets everyone to the clients’ port, and only its namespace to the admins’', () => {
    const { ingress, policyTypes } = find(usual, 'NetworkPolicy')['spec'];
    expect(ingress).toEqual([
      { ports: [{ port: 'clients' }] },
      { ports: [{ port: 'admin' }], from: [{ podSelector: {} }] },
    ]);
    expect(policyTypes).toEqual(['Ingress']);
    const narrow = find(full, 'NetworkPolicy')['spec'];
    // The test of helm is among the clients.
    expect(narrow.ingress[0].from.length).toBe(2);
    expect(find(full, 'Pod').metadata.labels).toMatchObject(
      narrow.ingress[0].from[0].podSelector.matchLabels,
    );
    expect(narrow.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  test('nodes are scaled by their sockets, and taken away one at a time', async () => {
    const { metrics, behavior } = find(full, 'HorizontalPodAutoscaler')['spec'];
    expect(metrics[0].pods).toEqual({
      metric: { name: 'plenum_sockets' },
      target: { type: 'AverageValue', averageValue: '20000' },
    });
    const adapter = await readFile(join(root, 'deploy/kubernetes/prometheus-adapter.yaml'), 'utf8');
    expect(parse(adapter).rules.custom[0].seriesQuery).toContain(`${metrics[0].pods.metric.name}{`);
    expect(behavior.scaleDown.policies).toEqual([{ type: 'Pods', value: 1, periodSeconds: 600 }]);
    expect(find(full, 'Deployment')['spec'].replicas).toBeUndefined();
    expect(find(usual, 'Deployment')['spec'].replicas).toBe(3);
  });

  test('rules and dashboard are the very files of deploy, and promtool takes the rules', async () => {
    const alerts = await readFile(join(root, 'deploy/alerts/plenum.yml'), 'utf8');
    const dashboard = await readFile(join(root, 'deploy/grafana/plenum.json'), 'utf8');
    const { spec } = find(full, 'PrometheusRule');
    expect(spec).toEqual(parse(alerts));
    expect(JSON.parse(find(full, 'ConfigMap')['data']['plenum.json'])).toEqual(JSON.parse(dashboard));
    const file = join(folder, 'rules.yml');
    await writeFile(file, stringify(spec));
    await run(await obtain('promtool', 'prometheus'), ['check', 'rules', file]);
  });

  test('the ServiceMonitor finds the admin Service, and its port', () => {
    const { selector, endpoints } = find(full, 'ServiceMonitor')['spec'];
    expect(find(full, 'Service', 'chat-admin').metadata.labels).toMatchObject(selector.matchLabels);
    expect(find(full, 'Service', 'chat').metadata.labels).not.toMatchObject(selector.matchLabels);
    expect(endpoints).toEqual([{ port: 'admin', path: '/metrics', interval: '15s' }]);
  });

  test('helm test runs plenum verify through the Service, with the secret that signs tokens', () => {
    const { metadata, spec } = find(full, 'Pod');
    expect(metadata['annotations' as never]).toMatchObject({ 'helm.sh/hook': 'test' });
    expect(spec.containers[0].args).toEqual(['verify', '--url', 'http://chat:80', '--seconds', '15']);
    expect(spec.containers[0].env).toEqual([
      { name: 'PLENUM_JWT_SECRET', valueFrom: { secretKeyRef: { name: 'ours', key: 'PLENUM_JWT_SECRET' } } },
    ]);
    expect(spec.containers[0].image).toBe(nodeOf(full).image);
  });
});

test.each([
  ['a setting that there is none of', ['--set', 'settings.PLENUM_PREFX=a'], /PLENUM_PREFX/],
  ['a secret among the settings', ['--set', 'settings.REDIS_URL=redis://a'], /REDIS_URL/],
  [
    'a secret as plain text',
    ['--set', 'extraEnv[0].name=PLENUM_JWT_SECRET,extraEnv[0].value=a'],
    /valueFrom/,
  ],
  ['a value that there is none of', ['--set', 'replica=4'], /replica/],
  ['no time to drain', ['--set', 'drain.terminationGracePeriodSeconds=35'], /is 35 but .* above .* = 35/],
  ['no Redis', ['--set', 'secret.existingSecret='], /REDIS_URL is missing: set secret\.existingSecret/],
  ['one port for clients and admins', ['--set', 'admin.port=3000'], /admin.*port/s],
])('%s is refused with a sentence', async (_, options, sentence) => {
  await expect(render('--set', 'secret.existingSecret=ours', ...options)).rejects.toThrow(sentence);
});

test('secrets that are given are in a Secret, and a change of them restarts the nodes', async () => {
  const given = (token: string) => [
    ...[
      '--set',
      'secret.values.REDIS_URL=redis://r:6379',
      '--set',
      `secret.values.PLENUM_ADMIN_TOKEN=${token}`,
    ],
  ];
  const [one, other] = (await Promise.all([render(...given('a')), render(...given('b'))])).map(resourcesIn);
  if (one === undefined || other === undefined) throw new Error('helm rendered nothing');
  expect(find(one, 'Secret')['stringData']).toEqual({ REDIS_URL: 'redis://r:6379', PLENUM_ADMIN_TOKEN: 'a' });
  expect(JSON.stringify(find(one, 'Deployment'))).not.toContain('redis://');
  const sums = [one, other].map(
    (resources) => find(resources, 'Deployment')['spec'].template.metadata.annotations['checksum/secret'],
  );
  expect(sums[0]).not.toBe(sums[1]);
});

test('a secret of extraEnv is not asked for again, and helm test signs with it too', async () => {
  const keyed = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: 'vault', key: name } } });
  const [redis, signing] = [keyed('REDIS_URL'), keyed('PLENUM_JWT_SECRET')];
  const file = join(folder, 'extra-secrets.yaml');
  const given = { extraEnv: [redis, signing], secret: { values: { PLENUM_ADMIN_TOKEN: 'a' } } };
  await writeFile(file, stringify(given));
  const resources = resourcesIn(await render('--values', file));
  expect(find(resources, 'Secret')['stringData']).toEqual({ PLENUM_ADMIN_TOKEN: 'a' });
  expect(variablesOf(resources).filter(({ name }) => name === 'REDIS_URL')).toEqual([redis]);
  expect(find(resources, 'Pod')['spec'].containers[0].env).toEqual([signing]);
});

test('helm publishes the chart to an OCI registry, and installs from there what the folder has', async () => {
  await using registry = await startOciRegistry();
  await helmText('package', chart, '--destination', folder, '--version', '1.2.3');
  const repository = `oci://${registry.host}/charts`;
  await helmText('push', join(folder, 'plenum-1.2.3.tgz'), repository, '--plain-http');
  const rendered = await helmText(
    ...['template', 'chat', `${repository}/plenum`, '--version', '1.2.3', '--plain-http'],
    ...['--namespace', 'talk', '--kube-version', '1.31.0', '--values', everything],
  );
  const plain = (text: string) => text.replaceAll(/helm\.sh\/chart: plenum-.*/g, '');
  expect(plain(rendered)).toBe(plain(await render('--values', everything)));
  const { annotations, version } = parse(await readFile(join(chart, 'Chart.yaml'), 'utf8'));
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  for (const name of ['images', 'changes'])
    expect(Array.isArray(parse(annotations[`artifacthub.io/${name}`]))).toBe(true);
  expect(annotations['artifacthub.io/license']).toBe('MIT');
});
